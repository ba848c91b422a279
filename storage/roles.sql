-- Two roles for the studies in this database. An administrator runs it, connected to a database
-- that holds nothing else; running it again changes nothing:
--
--     psql --dbname=mdm --file=roles.sql
--
-- and then gives both a password, which is asked for and not echoed. Without one they cannot log
-- in over the network.
--
--     psql --dbname=mdm --command='\password mdm_owner'
--     psql --dbname=mdm --command='\password mdm_worker'
--
-- mdm_owner   makes and upgrades the tables, creates, verifies, copies and deletes studies.
-- mdm_worker  takes trials. Here it gets the right to connect and to read; what it writes is named
--             by `mdm-opt storage upgrade --worker-role mdm_worker`, which mdm_owner runs next.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mdm_owner') THEN
        CREATE ROLE mdm_owner LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mdm_worker') THEN
        CREATE ROLE mdm_worker LOGIN;
    END IF;
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('ALTER DATABASE %I OWNER TO mdm_owner', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO mdm_worker', current_database());
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO mdm_owner;
GRANT USAGE ON SCHEMA public TO mdm_worker;

-- What mdm_owner makes from now on.
ALTER DEFAULT PRIVILEGES FOR ROLE mdm_owner IN SCHEMA public
    GRANT SELECT ON TABLES TO mdm_worker;
ALTER DEFAULT PRIVILEGES FOR ROLE mdm_owner IN SCHEMA public
    GRANT USAGE ON SEQUENCES TO mdm_worker;

-- What is there already.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO mdm_worker;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO mdm_worker;
