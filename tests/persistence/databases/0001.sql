BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('v3.2.0.a');
CREATE TABLE mdm_alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT mdm_alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "mdm_alembic_version" VALUES('0001');
CREATE TABLE mdm_measurements (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	study_id INTEGER NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	label VARCHAR(64) NOT NULL, 
	trial_number INTEGER, 
	budget_steps INTEGER NOT NULL, 
	steps INTEGER NOT NULL, 
	schedule VARCHAR(32) NOT NULL, 
	beta_a FLOAT, 
	beta_b FLOAT, 
	counts JSON NOT NULL, 
	value FLOAT NOT NULL, 
	standard_error FLOAT NOT NULL, 
	instances INTEGER NOT NULL, 
	nfe FLOAT NOT NULL, 
	feasible BOOLEAN NOT NULL, 
	guards JSON NOT NULL, 
	sequence_calls INTEGER NOT NULL, 
	seconds FLOAT NOT NULL, 
	device VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	FOREIGN KEY(study_id) REFERENCES mdm_studies (id) ON DELETE CASCADE
);
INSERT INTO "mdm_measurements" VALUES(1,1,'search','energy: linear',0,4,4,'beta',0.5,0.5,'[4, 4, 4, 4]',0.25,1.63663417676994271676e-01,8,4.0,1,'{}',32,4.66825599996809614822e-02,'cpu','2026-11-22 06:31:46.941376');
INSERT INTO "mdm_measurements" VALUES(2,1,'search','energy: linear',1,6,6,'beta',0.5,0.5,'[3, 2, 3, 3, 2, 3]',0.375,1.82981263677849947946e-01,8,6.0,1,'{}',48,7.63949299835076089948e-03,'cpu','2026-11-22 06:31:47.001350');
INSERT INTO "mdm_measurements" VALUES(3,1,'search','energy: sin2',2,4,4,'beta',1.0,1.0,'[2, 6, 6, 2]',0.0,0.0,8,4.0,1,'{}',32,4.36045000060403253883e-03,'cpu','2026-11-22 06:31:47.048740');
INSERT INTO "mdm_measurements" VALUES(4,1,'search','energy: sin2',3,6,6,'beta',1.0,1.0,'[1, 3, 4, 4, 3, 1]',0.5,1.88982236504613598793e-01,8,6.0,1,'{}',48,6.80385600026056636124e-03,'cpu','2026-11-22 06:31:47.096421');
INSERT INTO "mdm_measurements" VALUES(5,1,'search','paper: (0.9, 0.3)',4,4,4,'beta',0.9,0.3,'[1, 1, 3, 11]',0.0,0.0,8,4.0,1,'{}',32,3.97034200068446807563e-03,'cpu','2026-11-22 06:31:47.140963');
INSERT INTO "mdm_measurements" VALUES(6,1,'search','paper: (0.9, 0.3)',5,6,6,'beta',0.9,0.3,'[1, 1, 1, 1, 2, 10]',0.375,1.82981263677849947946e-01,8,6.0,1,'{}',48,7.26309200035757385194e-03,'cpu','2026-11-22 06:31:47.193290');
INSERT INTO "mdm_measurements" VALUES(7,1,'search','paper: (1, 0.2)',6,4,4,'beta',1.0,0.2,'[1, 1, 1, 13]',0.0,0.0,8,4.0,1,'{}',32,4.4160130000818753615e-03,'cpu','2026-11-22 06:31:47.241036');
INSERT INTO "mdm_measurements" VALUES(8,1,'search','paper: (1, 0.2)',7,6,6,'beta',1.0,0.2,'[1, 1, 1, 1, 1, 11]',0.25,1.63663417676994271676e-01,8,6.0,1,'{}',48,4.47213799998280592262e-03,'cpu','2026-11-22 06:31:47.290081');
INSERT INTO "mdm_measurements" VALUES(9,1,'search','search',8,4,4,'beta',4.59425134130801371412e+00,6.96979552745167296734e+00,'[1, 13, 1, 1]',0.0,0.0,8,4.0,1,'{}',32,4.56465100069181062281e-03,'cpu','2026-11-22 06:31:47.345901');
INSERT INTO "mdm_measurements" VALUES(10,1,'search','search',9,6,6,'beta',1.04650895361542511929e-01,9.01804734519216388832e-01,'[11, 1, 1, 1, 1, 1]',0.0,0.0,8,6.0,1,'{}',48,5.23416900068696122616e-03,'cpu','2026-11-22 06:31:47.394619');
INSERT INTO "mdm_measurements" VALUES(11,1,'selection','energy: linear',NULL,4,4,'beta',0.5,0.5,'[4, 4, 4, 4]',0.125,0.125,8,4.0,1,'{}',32,3.98866700015787500888e-03,'cpu','2026-11-22 06:31:47.456303');
INSERT INTO "mdm_measurements" VALUES(12,1,'selection','energy: sin2',NULL,4,4,'beta',1.0,1.0,'[2, 6, 6, 2]',0.0,0.0,8,4.0,1,'{}',32,3.24757499947736505419e-03,'cpu','2026-11-22 06:31:47.457754');
INSERT INTO "mdm_measurements" VALUES(13,1,'verification','best',NULL,4,4,'beta',0.5,0.5,'[4, 4, 4, 4]',0.25,1.11803398874989481925e-01,16,4.0,1,'{}',64,4.6227590009948471561e-03,'cpu','2026-11-22 06:31:47.459471');
INSERT INTO "mdm_measurements" VALUES(14,1,'verification','linear',NULL,4,4,'beta',0.5,0.5,'[4, 4, 4, 4]',0.25,1.11803398874989481925e-01,16,4.0,1,'{}',64,3.74244799968437291681e-03,'cpu','2026-11-22 06:31:47.461056');
INSERT INTO "mdm_measurements" VALUES(15,1,'verification','sin2',NULL,4,4,'beta',1.0,1.0,'[2, 6, 6, 2]',0.0,0.0,16,4.0,1,'{}',64,5.43108700003358535468e-03,'cpu','2026-11-22 06:31:47.462540');
INSERT INTO "mdm_measurements" VALUES(16,1,'verification','sine',NULL,4,4,'sine',NULL,NULL,'[6, 5, 4, 1]',0.0,0.0,16,4.0,1,'{}',64,5.01939900095749180763e-03,'cpu','2026-11-22 06:31:47.464014');
INSERT INTO "mdm_measurements" VALUES(17,1,'verification','linear',NULL,4,2,'beta',0.5,0.5,'[8, 8]',0.0,0.0,16,2.0,1,'{}',32,2.70061599985638167709e-03,'cpu','2026-11-22 06:31:47.465678');
INSERT INTO "mdm_measurements" VALUES(18,1,'verification','linear',NULL,4,3,'beta',0.5,0.5,'[5, 6, 5]',0.0625,0.0625,16,3.0,1,'{}',48,3.50052700014202855527e-03,'cpu','2026-11-22 06:31:47.467659');
INSERT INTO "mdm_measurements" VALUES(19,1,'selection','energy: sin2',NULL,6,6,'beta',1.0,1.0,'[1, 3, 4, 4, 3, 1]',0.25,1.63663417676994271676e-01,8,6.0,1,'{}',48,6.07240200042724609375e-03,'cpu','2026-11-22 06:31:47.533194');
INSERT INTO "mdm_measurements" VALUES(20,1,'selection','energy: linear',NULL,6,6,'beta',0.5,0.5,'[3, 2, 3, 3, 2, 3]',0.125,0.125,8,6.0,1,'{}',48,4.59386500006075948476e-03,'cpu','2026-11-22 06:31:47.535246');
INSERT INTO "mdm_measurements" VALUES(21,1,'verification','best',NULL,6,6,'beta',1.0,1.0,'[1, 3, 4, 4, 3, 1]',0.3125,1.19678388469542262839e-01,16,6.0,1,'{}',96,7.99022800129023380577e-03,'cpu','2026-11-22 06:31:47.537232');
INSERT INTO "mdm_measurements" VALUES(22,1,'verification','linear',NULL,6,6,'beta',0.5,0.5,'[3, 2, 3, 3, 2, 3]',0.5625,0.128086884574495,16,6.0,1,'{}',96,6.68254899937892332673e-03,'cpu','2026-11-22 06:31:47.539406');
INSERT INTO "mdm_measurements" VALUES(23,1,'verification','sin2',NULL,6,6,'beta',1.0,1.0,'[1, 3, 4, 4, 3, 1]',0.3125,1.19678388469542262839e-01,16,6.0,1,'{}',96,0.00412155500089284,'cpu','2026-11-22 06:31:47.542055');
INSERT INTO "mdm_measurements" VALUES(24,1,'verification','sine',NULL,6,6,'sine',NULL,NULL,'[4, 4, 3, 3, 1, 1]',0.25,1.11803398874989481925e-01,16,6.0,1,'{}',96,4.65897699905326589941e-03,'cpu','2026-11-22 06:31:47.544836');
INSERT INTO "mdm_measurements" VALUES(25,1,'verification','linear',NULL,6,3,'beta',0.5,0.5,'[5, 6, 5]',0.0625,0.0625,16,3.0,1,'{}',48,3.14173799961281474679e-03,'cpu','2026-11-22 06:31:47.547749');
INSERT INTO "mdm_measurements" VALUES(26,1,'verification','linear',NULL,6,4,'beta',0.5,0.5,'[4, 4, 4, 4]',0.25,1.11803398874989481925e-01,16,4.0,1,'{}',64,4.27812700036156456917e-03,'cpu','2026-11-22 06:31:47.550657');
INSERT INTO "mdm_measurements" VALUES(27,1,'verification','linear',NULL,6,5,'beta',0.5,0.5,'[3, 3, 4, 3, 3]',0.375,0.125,16,5.0,1,'{}',80,6.68002400016121100634e-03,'cpu','2026-11-22 06:31:47.553217');
INSERT INTO "mdm_measurements" VALUES(28,2,'search','energy: linear',0,4,4,'beta',0.5,0.5,'[4, 4, 4, 4]',0.25,1.63663417676994271676e-01,8,4.0,1,'{}',32,6.643586999416584149e-03,'cpu','2026-11-22 06:31:52.546353');
INSERT INTO "mdm_measurements" VALUES(29,2,'search','energy: linear',1,6,6,'beta',0.5,0.5,'[3, 2, 3, 3, 2, 3]',0.375,1.82981263677849947946e-01,8,6.0,1,'{}',48,8.7579099999857135117e-03,'cpu','2026-11-22 06:31:52.600762');
INSERT INTO "mdm_measurements" VALUES(30,2,'search','energy: sin2',2,4,4,'beta',1.0,1.0,'[2, 6, 6, 2]',0.0,0.0,8,4.0,1,'{}',32,4.01951499952701851725e-03,'cpu','2026-11-22 06:31:52.641364');
INSERT INTO "mdm_measurements" VALUES(31,2,'search','energy: sin2',3,6,6,'beta',1.0,1.0,'[1, 3, 4, 4, 3, 1]',0.5,1.88982236504613598793e-01,8,6.0,1,'{}',48,5.26788200113514903932e-03,'cpu','2026-11-22 06:31:52.683490');
INSERT INTO "mdm_measurements" VALUES(32,2,'search','paper: (0.9, 0.3)',4,4,4,'beta',0.9,0.3,'[1, 1, 3, 11]',0.0,0.0,8,4.0,1,'{}',32,3.78323400036606471985e-03,'cpu','2026-11-22 06:31:52.857865');
CREATE TABLE mdm_scores (
	measurement_id INTEGER NOT NULL, 
	instance INTEGER NOT NULL, 
	score FLOAT NOT NULL, 
	PRIMARY KEY (measurement_id, instance), 
	FOREIGN KEY(measurement_id) REFERENCES mdm_measurements (id) ON DELETE CASCADE
);
INSERT INTO "mdm_scores" VALUES(1,0,1.0);
INSERT INTO "mdm_scores" VALUES(1,1,0.0);
INSERT INTO "mdm_scores" VALUES(1,2,1.0);
INSERT INTO "mdm_scores" VALUES(1,3,0.0);
INSERT INTO "mdm_scores" VALUES(1,4,0.0);
INSERT INTO "mdm_scores" VALUES(1,5,0.0);
INSERT INTO "mdm_scores" VALUES(1,6,0.0);
INSERT INTO "mdm_scores" VALUES(1,7,0.0);
INSERT INTO "mdm_scores" VALUES(2,0,1.0);
INSERT INTO "mdm_scores" VALUES(2,1,1.0);
INSERT INTO "mdm_scores" VALUES(2,2,1.0);
INSERT INTO "mdm_scores" VALUES(2,3,0.0);
INSERT INTO "mdm_scores" VALUES(2,4,0.0);
INSERT INTO "mdm_scores" VALUES(2,5,0.0);
INSERT INTO "mdm_scores" VALUES(2,6,0.0);
INSERT INTO "mdm_scores" VALUES(2,7,0.0);
INSERT INTO "mdm_scores" VALUES(3,0,0.0);
INSERT INTO "mdm_scores" VALUES(3,1,0.0);
INSERT INTO "mdm_scores" VALUES(3,2,0.0);
INSERT INTO "mdm_scores" VALUES(3,3,0.0);
INSERT INTO "mdm_scores" VALUES(3,4,0.0);
INSERT INTO "mdm_scores" VALUES(3,5,0.0);
INSERT INTO "mdm_scores" VALUES(3,6,0.0);
INSERT INTO "mdm_scores" VALUES(3,7,0.0);
INSERT INTO "mdm_scores" VALUES(4,0,0.0);
INSERT INTO "mdm_scores" VALUES(4,1,1.0);
INSERT INTO "mdm_scores" VALUES(4,2,1.0);
INSERT INTO "mdm_scores" VALUES(4,3,0.0);
INSERT INTO "mdm_scores" VALUES(4,4,0.0);
INSERT INTO "mdm_scores" VALUES(4,5,0.0);
INSERT INTO "mdm_scores" VALUES(4,6,1.0);
INSERT INTO "mdm_scores" VALUES(4,7,1.0);
INSERT INTO "mdm_scores" VALUES(5,0,0.0);
INSERT INTO "mdm_scores" VALUES(5,1,0.0);
INSERT INTO "mdm_scores" VALUES(5,2,0.0);
INSERT INTO "mdm_scores" VALUES(5,3,0.0);
INSERT INTO "mdm_scores" VALUES(5,4,0.0);
INSERT INTO "mdm_scores" VALUES(5,5,0.0);
INSERT INTO "mdm_scores" VALUES(5,6,0.0);
INSERT INTO "mdm_scores" VALUES(5,7,0.0);
INSERT INTO "mdm_scores" VALUES(6,0,1.0);
INSERT INTO "mdm_scores" VALUES(6,1,0.0);
INSERT INTO "mdm_scores" VALUES(6,2,0.0);
INSERT INTO "mdm_scores" VALUES(6,3,0.0);
INSERT INTO "mdm_scores" VALUES(6,4,0.0);
INSERT INTO "mdm_scores" VALUES(6,5,1.0);
INSERT INTO "mdm_scores" VALUES(6,6,1.0);
INSERT INTO "mdm_scores" VALUES(6,7,0.0);
INSERT INTO "mdm_scores" VALUES(7,0,0.0);
INSERT INTO "mdm_scores" VALUES(7,1,0.0);
INSERT INTO "mdm_scores" VALUES(7,2,0.0);
INSERT INTO "mdm_scores" VALUES(7,3,0.0);
INSERT INTO "mdm_scores" VALUES(7,4,0.0);
INSERT INTO "mdm_scores" VALUES(7,5,0.0);
INSERT INTO "mdm_scores" VALUES(7,6,0.0);
INSERT INTO "mdm_scores" VALUES(7,7,0.0);
INSERT INTO "mdm_scores" VALUES(8,0,0.0);
INSERT INTO "mdm_scores" VALUES(8,1,0.0);
INSERT INTO "mdm_scores" VALUES(8,2,0.0);
INSERT INTO "mdm_scores" VALUES(8,3,0.0);
INSERT INTO "mdm_scores" VALUES(8,4,1.0);
INSERT INTO "mdm_scores" VALUES(8,5,0.0);
INSERT INTO "mdm_scores" VALUES(8,6,1.0);
INSERT INTO "mdm_scores" VALUES(8,7,0.0);
INSERT INTO "mdm_scores" VALUES(9,0,0.0);
INSERT INTO "mdm_scores" VALUES(9,1,0.0);
INSERT INTO "mdm_scores" VALUES(9,2,0.0);
INSERT INTO "mdm_scores" VALUES(9,3,0.0);
INSERT INTO "mdm_scores" VALUES(9,4,0.0);
INSERT INTO "mdm_scores" VALUES(9,5,0.0);
INSERT INTO "mdm_scores" VALUES(9,6,0.0);
INSERT INTO "mdm_scores" VALUES(9,7,0.0);
INSERT INTO "mdm_scores" VALUES(10,0,0.0);
INSERT INTO "mdm_scores" VALUES(10,1,0.0);
INSERT INTO "mdm_scores" VALUES(10,2,0.0);
INSERT INTO "mdm_scores" VALUES(10,3,0.0);
INSERT INTO "mdm_scores" VALUES(10,4,0.0);
INSERT INTO "mdm_scores" VALUES(10,5,0.0);
INSERT INTO "mdm_scores" VALUES(10,6,0.0);
INSERT INTO "mdm_scores" VALUES(10,7,0.0);
INSERT INTO "mdm_scores" VALUES(11,0,0.0);
INSERT INTO "mdm_scores" VALUES(11,1,0.0);
INSERT INTO "mdm_scores" VALUES(11,2,0.0);
INSERT INTO "mdm_scores" VALUES(11,3,0.0);
INSERT INTO "mdm_scores" VALUES(11,4,0.0);
INSERT INTO "mdm_scores" VALUES(11,5,0.0);
INSERT INTO "mdm_scores" VALUES(11,6,1.0);
INSERT INTO "mdm_scores" VALUES(11,7,0.0);
INSERT INTO "mdm_scores" VALUES(12,0,0.0);
INSERT INTO "mdm_scores" VALUES(12,1,0.0);
INSERT INTO "mdm_scores" VALUES(12,2,0.0);
INSERT INTO "mdm_scores" VALUES(12,3,0.0);
INSERT INTO "mdm_scores" VALUES(12,4,0.0);
INSERT INTO "mdm_scores" VALUES(12,5,0.0);
INSERT INTO "mdm_scores" VALUES(12,6,0.0);
INSERT INTO "mdm_scores" VALUES(12,7,0.0);
INSERT INTO "mdm_scores" VALUES(13,0,0.0);
INSERT INTO "mdm_scores" VALUES(13,1,0.0);
INSERT INTO "mdm_scores" VALUES(13,2,0.0);
INSERT INTO "mdm_scores" VALUES(13,3,1.0);
INSERT INTO "mdm_scores" VALUES(13,4,0.0);
INSERT INTO "mdm_scores" VALUES(13,5,1.0);
INSERT INTO "mdm_scores" VALUES(13,6,1.0);
INSERT INTO "mdm_scores" VALUES(13,7,0.0);
INSERT INTO "mdm_scores" VALUES(13,8,0.0);
INSERT INTO "mdm_scores" VALUES(13,9,1.0);
INSERT INTO "mdm_scores" VALUES(13,10,0.0);
INSERT INTO "mdm_scores" VALUES(13,11,0.0);
INSERT INTO "mdm_scores" VALUES(13,12,0.0);
INSERT INTO "mdm_scores" VALUES(13,13,0.0);
INSERT INTO "mdm_scores" VALUES(13,14,0.0);
INSERT INTO "mdm_scores" VALUES(13,15,0.0);
INSERT INTO "mdm_scores" VALUES(14,0,0.0);
INSERT INTO "mdm_scores" VALUES(14,1,0.0);
INSERT INTO "mdm_scores" VALUES(14,2,0.0);
INSERT INTO "mdm_scores" VALUES(14,3,1.0);
INSERT INTO "mdm_scores" VALUES(14,4,0.0);
INSERT INTO "mdm_scores" VALUES(14,5,1.0);
INSERT INTO "mdm_scores" VALUES(14,6,1.0);
INSERT INTO "mdm_scores" VALUES(14,7,0.0);
INSERT INTO "mdm_scores" VALUES(14,8,0.0);
INSERT INTO "mdm_scores" VALUES(14,9,1.0);
INSERT INTO "mdm_scores" VALUES(14,10,0.0);
INSERT INTO "mdm_scores" VALUES(14,11,0.0);
INSERT INTO "mdm_scores" VALUES(14,12,0.0);
INSERT INTO "mdm_scores" VALUES(14,13,0.0);
INSERT INTO "mdm_scores" VALUES(14,14,0.0);
INSERT INTO "mdm_scores" VALUES(14,15,0.0);
INSERT INTO "mdm_scores" VALUES(15,0,0.0);
INSERT INTO "mdm_scores" VALUES(15,1,0.0);
INSERT INTO "mdm_scores" VALUES(15,2,0.0);
INSERT INTO "mdm_scores" VALUES(15,3,0.0);
INSERT INTO "mdm_scores" VALUES(15,4,0.0);
INSERT INTO "mdm_scores" VALUES(15,5,0.0);
INSERT INTO "mdm_scores" VALUES(15,6,0.0);
INSERT INTO "mdm_scores" VALUES(15,7,0.0);
INSERT INTO "mdm_scores" VALUES(15,8,0.0);
INSERT INTO "mdm_scores" VALUES(15,9,0.0);
INSERT INTO "mdm_scores" VALUES(15,10,0.0);
INSERT INTO "mdm_scores" VALUES(15,11,0.0);
INSERT INTO "mdm_scores" VALUES(15,12,0.0);
INSERT INTO "mdm_scores" VALUES(15,13,0.0);
INSERT INTO "mdm_scores" VALUES(15,14,0.0);
INSERT INTO "mdm_scores" VALUES(15,15,0.0);
INSERT INTO "mdm_scores" VALUES(16,0,0.0);
INSERT INTO "mdm_scores" VALUES(16,1,0.0);
INSERT INTO "mdm_scores" VALUES(16,2,0.0);
INSERT INTO "mdm_scores" VALUES(16,3,0.0);
INSERT INTO "mdm_scores" VALUES(16,4,0.0);
INSERT INTO "mdm_scores" VALUES(16,5,0.0);
INSERT INTO "mdm_scores" VALUES(16,6,0.0);
INSERT INTO "mdm_scores" VALUES(16,7,0.0);
INSERT INTO "mdm_scores" VALUES(16,8,0.0);
INSERT INTO "mdm_scores" VALUES(16,9,0.0);
INSERT INTO "mdm_scores" VALUES(16,10,0.0);
INSERT INTO "mdm_scores" VALUES(16,11,0.0);
INSERT INTO "mdm_scores" VALUES(16,12,0.0);
INSERT INTO "mdm_scores" VALUES(16,13,0.0);
INSERT INTO "mdm_scores" VALUES(16,14,0.0);
INSERT INTO "mdm_scores" VALUES(16,15,0.0);
INSERT INTO "mdm_scores" VALUES(17,0,0.0);
INSERT INTO "mdm_scores" VALUES(17,1,0.0);
INSERT INTO "mdm_scores" VALUES(17,2,0.0);
INSERT INTO "mdm_scores" VALUES(17,3,0.0);
INSERT INTO "mdm_scores" VALUES(17,4,0.0);
INSERT INTO "mdm_scores" VALUES(17,5,0.0);
INSERT INTO "mdm_scores" VALUES(17,6,0.0);
INSERT INTO "mdm_scores" VALUES(17,7,0.0);
INSERT INTO "mdm_scores" VALUES(17,8,0.0);
INSERT INTO "mdm_scores" VALUES(17,9,0.0);
INSERT INTO "mdm_scores" VALUES(17,10,0.0);
INSERT INTO "mdm_scores" VALUES(17,11,0.0);
INSERT INTO "mdm_scores" VALUES(17,12,0.0);
INSERT INTO "mdm_scores" VALUES(17,13,0.0);
INSERT INTO "mdm_scores" VALUES(17,14,0.0);
INSERT INTO "mdm_scores" VALUES(17,15,0.0);
INSERT INTO "mdm_scores" VALUES(18,0,0.0);
INSERT INTO "mdm_scores" VALUES(18,1,0.0);
INSERT INTO "mdm_scores" VALUES(18,2,0.0);
INSERT INTO "mdm_scores" VALUES(18,3,0.0);
INSERT INTO "mdm_scores" VALUES(18,4,0.0);
INSERT INTO "mdm_scores" VALUES(18,5,1.0);
INSERT INTO "mdm_scores" VALUES(18,6,0.0);
INSERT INTO "mdm_scores" VALUES(18,7,0.0);
INSERT INTO "mdm_scores" VALUES(18,8,0.0);
INSERT INTO "mdm_scores" VALUES(18,9,0.0);
INSERT INTO "mdm_scores" VALUES(18,10,0.0);
INSERT INTO "mdm_scores" VALUES(18,11,0.0);
INSERT INTO "mdm_scores" VALUES(18,12,0.0);
INSERT INTO "mdm_scores" VALUES(18,13,0.0);
INSERT INTO "mdm_scores" VALUES(18,14,0.0);
INSERT INTO "mdm_scores" VALUES(18,15,0.0);
INSERT INTO "mdm_scores" VALUES(19,0,0.0);
INSERT INTO "mdm_scores" VALUES(19,1,0.0);
INSERT INTO "mdm_scores" VALUES(19,2,1.0);
INSERT INTO "mdm_scores" VALUES(19,3,0.0);
INSERT INTO "mdm_scores" VALUES(19,4,0.0);
INSERT INTO "mdm_scores" VALUES(19,5,0.0);
INSERT INTO "mdm_scores" VALUES(19,6,1.0);
INSERT INTO "mdm_scores" VALUES(19,7,0.0);
INSERT INTO "mdm_scores" VALUES(20,0,0.0);
INSERT INTO "mdm_scores" VALUES(20,1,0.0);
INSERT INTO "mdm_scores" VALUES(20,2,0.0);
INSERT INTO "mdm_scores" VALUES(20,3,0.0);
INSERT INTO "mdm_scores" VALUES(20,4,0.0);
INSERT INTO "mdm_scores" VALUES(20,5,0.0);
INSERT INTO "mdm_scores" VALUES(20,6,1.0);
INSERT INTO "mdm_scores" VALUES(20,7,0.0);
INSERT INTO "mdm_scores" VALUES(21,0,0.0);
INSERT INTO "mdm_scores" VALUES(21,1,0.0);
INSERT INTO "mdm_scores" VALUES(21,2,0.0);
INSERT INTO "mdm_scores" VALUES(21,3,1.0);
INSERT INTO "mdm_scores" VALUES(21,4,0.0);
INSERT INTO "mdm_scores" VALUES(21,5,1.0);
INSERT INTO "mdm_scores" VALUES(21,6,1.0);
INSERT INTO "mdm_scores" VALUES(21,7,0.0);
INSERT INTO "mdm_scores" VALUES(21,8,0.0);
INSERT INTO "mdm_scores" VALUES(21,9,1.0);
INSERT INTO "mdm_scores" VALUES(21,10,0.0);
INSERT INTO "mdm_scores" VALUES(21,11,0.0);
INSERT INTO "mdm_scores" VALUES(21,12,0.0);
INSERT INTO "mdm_scores" VALUES(21,13,1.0);
INSERT INTO "mdm_scores" VALUES(21,14,0.0);
INSERT INTO "mdm_scores" VALUES(21,15,0.0);
INSERT INTO "mdm_scores" VALUES(22,0,0.0);
INSERT INTO "mdm_scores" VALUES(22,1,0.0);
INSERT INTO "mdm_scores" VALUES(22,2,0.0);
INSERT INTO "mdm_scores" VALUES(22,3,1.0);
INSERT INTO "mdm_scores" VALUES(22,4,0.0);
INSERT INTO "mdm_scores" VALUES(22,5,1.0);
INSERT INTO "mdm_scores" VALUES(22,6,1.0);
INSERT INTO "mdm_scores" VALUES(22,7,0.0);
INSERT INTO "mdm_scores" VALUES(22,8,1.0);
INSERT INTO "mdm_scores" VALUES(22,9,1.0);
INSERT INTO "mdm_scores" VALUES(22,10,1.0);
INSERT INTO "mdm_scores" VALUES(22,11,0.0);
INSERT INTO "mdm_scores" VALUES(22,12,1.0);
INSERT INTO "mdm_scores" VALUES(22,13,1.0);
INSERT INTO "mdm_scores" VALUES(22,14,1.0);
INSERT INTO "mdm_scores" VALUES(22,15,0.0);
INSERT INTO "mdm_scores" VALUES(23,0,0.0);
INSERT INTO "mdm_scores" VALUES(23,1,0.0);
INSERT INTO "mdm_scores" VALUES(23,2,0.0);
INSERT INTO "mdm_scores" VALUES(23,3,1.0);
INSERT INTO "mdm_scores" VALUES(23,4,0.0);
INSERT INTO "mdm_scores" VALUES(23,5,1.0);
INSERT INTO "mdm_scores" VALUES(23,6,1.0);
INSERT INTO "mdm_scores" VALUES(23,7,0.0);
INSERT INTO "mdm_scores" VALUES(23,8,0.0);
INSERT INTO "mdm_scores" VALUES(23,9,1.0);
INSERT INTO "mdm_scores" VALUES(23,10,0.0);
INSERT INTO "mdm_scores" VALUES(23,11,0.0);
INSERT INTO "mdm_scores" VALUES(23,12,0.0);
INSERT INTO "mdm_scores" VALUES(23,13,1.0);
INSERT INTO "mdm_scores" VALUES(23,14,0.0);
INSERT INTO "mdm_scores" VALUES(23,15,0.0);
INSERT INTO "mdm_scores" VALUES(24,0,0.0);
INSERT INTO "mdm_scores" VALUES(24,1,0.0);
INSERT INTO "mdm_scores" VALUES(24,2,0.0);
INSERT INTO "mdm_scores" VALUES(24,3,1.0);
INSERT INTO "mdm_scores" VALUES(24,4,0.0);
INSERT INTO "mdm_scores" VALUES(24,5,1.0);
INSERT INTO "mdm_scores" VALUES(24,6,1.0);
INSERT INTO "mdm_scores" VALUES(24,7,0.0);
INSERT INTO "mdm_scores" VALUES(24,8,0.0);
INSERT INTO "mdm_scores" VALUES(24,9,1.0);
INSERT INTO "mdm_scores" VALUES(24,10,0.0);
INSERT INTO "mdm_scores" VALUES(24,11,0.0);
INSERT INTO "mdm_scores" VALUES(24,12,0.0);
INSERT INTO "mdm_scores" VALUES(24,13,0.0);
INSERT INTO "mdm_scores" VALUES(24,14,0.0);
INSERT INTO "mdm_scores" VALUES(24,15,0.0);
INSERT INTO "mdm_scores" VALUES(25,0,0.0);
INSERT INTO "mdm_scores" VALUES(25,1,0.0);
INSERT INTO "mdm_scores" VALUES(25,2,0.0);
INSERT INTO "mdm_scores" VALUES(25,3,0.0);
INSERT INTO "mdm_scores" VALUES(25,4,0.0);
INSERT INTO "mdm_scores" VALUES(25,5,1.0);
INSERT INTO "mdm_scores" VALUES(25,6,0.0);
INSERT INTO "mdm_scores" VALUES(25,7,0.0);
INSERT INTO "mdm_scores" VALUES(25,8,0.0);
INSERT INTO "mdm_scores" VALUES(25,9,0.0);
INSERT INTO "mdm_scores" VALUES(25,10,0.0);
INSERT INTO "mdm_scores" VALUES(25,11,0.0);
INSERT INTO "mdm_scores" VALUES(25,12,0.0);
INSERT INTO "mdm_scores" VALUES(25,13,0.0);
INSERT INTO "mdm_scores" VALUES(25,14,0.0);
INSERT INTO "mdm_scores" VALUES(25,15,0.0);
INSERT INTO "mdm_scores" VALUES(26,0,0.0);
INSERT INTO "mdm_scores" VALUES(26,1,0.0);
INSERT INTO "mdm_scores" VALUES(26,2,0.0);
INSERT INTO "mdm_scores" VALUES(26,3,1.0);
INSERT INTO "mdm_scores" VALUES(26,4,0.0);
INSERT INTO "mdm_scores" VALUES(26,5,1.0);
INSERT INTO "mdm_scores" VALUES(26,6,1.0);
INSERT INTO "mdm_scores" VALUES(26,7,0.0);
INSERT INTO "mdm_scores" VALUES(26,8,0.0);
INSERT INTO "mdm_scores" VALUES(26,9,1.0);
INSERT INTO "mdm_scores" VALUES(26,10,0.0);
INSERT INTO "mdm_scores" VALUES(26,11,0.0);
INSERT INTO "mdm_scores" VALUES(26,12,0.0);
INSERT INTO "mdm_scores" VALUES(26,13,0.0);
INSERT INTO "mdm_scores" VALUES(26,14,0.0);
INSERT INTO "mdm_scores" VALUES(26,15,0.0);
INSERT INTO "mdm_scores" VALUES(27,0,0.0);
INSERT INTO "mdm_scores" VALUES(27,1,0.0);
INSERT INTO "mdm_scores" VALUES(27,2,1.0);
INSERT INTO "mdm_scores" VALUES(27,3,0.0);
INSERT INTO "mdm_scores" VALUES(27,4,0.0);
INSERT INTO "mdm_scores" VALUES(27,5,1.0);
INSERT INTO "mdm_scores" VALUES(27,6,1.0);
INSERT INTO "mdm_scores" VALUES(27,7,0.0);
INSERT INTO "mdm_scores" VALUES(27,8,0.0);
INSERT INTO "mdm_scores" VALUES(27,9,1.0);
INSERT INTO "mdm_scores" VALUES(27,10,1.0);
INSERT INTO "mdm_scores" VALUES(27,11,0.0);
INSERT INTO "mdm_scores" VALUES(27,12,0.0);
INSERT INTO "mdm_scores" VALUES(27,13,1.0);
INSERT INTO "mdm_scores" VALUES(27,14,0.0);
INSERT INTO "mdm_scores" VALUES(27,15,0.0);
INSERT INTO "mdm_scores" VALUES(28,0,1.0);
INSERT INTO "mdm_scores" VALUES(28,1,0.0);
INSERT INTO "mdm_scores" VALUES(28,2,1.0);
INSERT INTO "mdm_scores" VALUES(28,3,0.0);
INSERT INTO "mdm_scores" VALUES(28,4,0.0);
INSERT INTO "mdm_scores" VALUES(28,5,0.0);
INSERT INTO "mdm_scores" VALUES(28,6,0.0);
INSERT INTO "mdm_scores" VALUES(28,7,0.0);
INSERT INTO "mdm_scores" VALUES(29,0,1.0);
INSERT INTO "mdm_scores" VALUES(29,1,1.0);
INSERT INTO "mdm_scores" VALUES(29,2,1.0);
INSERT INTO "mdm_scores" VALUES(29,3,0.0);
INSERT INTO "mdm_scores" VALUES(29,4,0.0);
INSERT INTO "mdm_scores" VALUES(29,5,0.0);
INSERT INTO "mdm_scores" VALUES(29,6,0.0);
INSERT INTO "mdm_scores" VALUES(29,7,0.0);
INSERT INTO "mdm_scores" VALUES(30,0,0.0);
INSERT INTO "mdm_scores" VALUES(30,1,0.0);
INSERT INTO "mdm_scores" VALUES(30,2,0.0);
INSERT INTO "mdm_scores" VALUES(30,3,0.0);
INSERT INTO "mdm_scores" VALUES(30,4,0.0);
INSERT INTO "mdm_scores" VALUES(30,5,0.0);
INSERT INTO "mdm_scores" VALUES(30,6,0.0);
INSERT INTO "mdm_scores" VALUES(30,7,0.0);
INSERT INTO "mdm_scores" VALUES(31,0,0.0);
INSERT INTO "mdm_scores" VALUES(31,1,1.0);
INSERT INTO "mdm_scores" VALUES(31,2,1.0);
INSERT INTO "mdm_scores" VALUES(31,3,0.0);
INSERT INTO "mdm_scores" VALUES(31,4,0.0);
INSERT INTO "mdm_scores" VALUES(31,5,0.0);
INSERT INTO "mdm_scores" VALUES(31,6,1.0);
INSERT INTO "mdm_scores" VALUES(31,7,1.0);
INSERT INTO "mdm_scores" VALUES(32,0,0.0);
INSERT INTO "mdm_scores" VALUES(32,1,0.0);
INSERT INTO "mdm_scores" VALUES(32,2,0.0);
INSERT INTO "mdm_scores" VALUES(32,3,0.0);
INSERT INTO "mdm_scores" VALUES(32,4,0.0);
INSERT INTO "mdm_scores" VALUES(32,5,0.0);
INSERT INTO "mdm_scores" VALUES(32,6,0.0);
INSERT INTO "mdm_scores" VALUES(32,7,0.0);
CREATE TABLE mdm_studies (
	id INTEGER NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	study_file TEXT NOT NULL, 
	identity_hash VARCHAR(64) NOT NULL, 
	folder TEXT NOT NULL, 
	model_fingerprint VARCHAR(128) NOT NULL, 
	model_length INTEGER NOT NULL, 
	objective VARCHAR(255) NOT NULL, 
	unit VARCHAR(32) NOT NULL, 
	direction VARCHAR(8) NOT NULL, 
	deterministic BOOLEAN NOT NULL, 
	package_version VARCHAR(32) NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (name)
);
INSERT INTO "mdm_studies" VALUES(1,'old','{"model": {"batch_size": 64, "kind": "enumerated", "law": "sudoku4", "options": {}}, "objective": {"instances": 8, "kind": "validity", "options": {}, "verifier": "sudoku"}, "sampler": {"order": "random", "reveal": "fixed", "rounding": "full", "temperature": 1.0}, "search": {"sampler": "random", "seeds": ["energy", "baselines"], "trials": 10}, "space": {"beta_a": [0.1, 8.0], "beta_b": [0.1, 8.0], "steps": [4, 6]}, "study": {"name": "old", "seed": 0}, "verify": {"confidence": 0.95, "instances": 16, "top": 2}}','974e6bc75e5101394c11606ab311f6f4af8634f193bcc6d4c2c5336942dc1d24','/studies','enumerated:a2012cb30fdb22ba485ea226c2855b3b40a21a3b54fcc678fad06670392a038a',16,'validity','share','maximize',0,'0.1.0','2026-11-22 06:31:46.744953');
INSERT INTO "mdm_studies" VALUES(2,'old-partly','{"model": {"batch_size": 64, "kind": "enumerated", "law": "sudoku4", "options": {}}, "objective": {"instances": 8, "kind": "validity", "options": {}, "verifier": "sudoku"}, "sampler": {"order": "random", "reveal": "fixed", "rounding": "full", "temperature": 1.0}, "search": {"sampler": "random", "seeds": ["energy", "baselines"], "trials": 10}, "space": {"beta_a": [0.1, 8.0], "beta_b": [0.1, 8.0], "steps": [4, 6]}, "study": {"name": "old-partly", "seed": 0}, "verify": {"confidence": 0.95, "instances": 16, "top": 2}}','ef6827cb2c9ad2c8064a7471f1b3d0f25a020b82f8ad1f99292b23d944574516','/studies','enumerated:a2012cb30fdb22ba485ea226c2855b3b40a21a3b54fcc678fad06670392a038a',16,'validity','share','maximize',0,'0.1.0','2026-11-22 06:31:52.445932');
CREATE TABLE studies (
	study_id INTEGER NOT NULL, 
	study_name VARCHAR(512) NOT NULL, 
	PRIMARY KEY (study_id)
);
INSERT INTO "studies" VALUES(1,'old');
INSERT INTO "studies" VALUES(2,'old-partly');
CREATE TABLE study_directions (
	study_direction_id INTEGER NOT NULL, 
	direction VARCHAR(8) NOT NULL, 
	study_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	PRIMARY KEY (study_direction_id), 
	UNIQUE (study_id, objective), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_directions" VALUES(1,'MAXIMIZE',1,0);
INSERT INTO "study_directions" VALUES(2,'MINIMIZE',1,1);
INSERT INTO "study_directions" VALUES(3,'MAXIMIZE',2,0);
INSERT INTO "study_directions" VALUES(4,'MINIMIZE',2,1);
CREATE TABLE study_system_attributes (
	study_system_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_system_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_system_attributes" VALUES(1,1,'study:metric_names','["quality", "nfe"]');
INSERT INTO "study_system_attributes" VALUES(2,2,'study:metric_names','["quality", "nfe"]');
CREATE TABLE study_user_attributes (
	study_user_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_user_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_user_attributes" VALUES(1,1,'mdm_opt_version','"0.1.0"');
INSERT INTO "study_user_attributes" VALUES(2,2,'mdm_opt_version','"0.1.0"');
CREATE TABLE trial_heartbeats (
	trial_heartbeat_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	heartbeat DATETIME NOT NULL, 
	PRIMARY KEY (trial_heartbeat_id), 
	UNIQUE (trial_id), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_intermediate_values (
	trial_intermediate_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	step INTEGER NOT NULL, 
	intermediate_value FLOAT, 
	intermediate_value_type VARCHAR(7) NOT NULL, 
	PRIMARY KEY (trial_intermediate_value_id), 
	UNIQUE (trial_id, step), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_params (
	param_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	param_name VARCHAR(512), 
	param_value FLOAT, 
	distribution_json TEXT, 
	PRIMARY KEY (param_id), 
	UNIQUE (trial_id, param_name), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_params" VALUES(1,1,'steps',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(2,1,'beta_a',0.5,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(3,1,'beta_b',0.5,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(4,2,'steps',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(5,2,'beta_a',0.5,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(6,2,'beta_b',0.5,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(7,3,'steps',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(8,3,'beta_a',1.0,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(9,3,'beta_b',1.0,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(10,4,'steps',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(11,4,'beta_a',1.0,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(12,4,'beta_b',1.0,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(13,5,'steps',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(14,5,'beta_a',0.9,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(15,5,'beta_b',0.3,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(16,6,'steps',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(17,6,'beta_a',0.9,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(18,6,'beta_b',0.3,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(19,7,'steps',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(20,7,'beta_a',1.0,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(21,7,'beta_b',0.2,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(22,8,'steps',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(23,8,'beta_a',1.0,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(24,8,'beta_b',0.2,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(25,9,'steps',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(26,9,'beta_a',4.59425134130801371412e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(27,9,'beta_b',6.96979552745167296734e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(28,10,'steps',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(29,10,'beta_a',1.04650895361542511929e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(30,10,'beta_b',9.01804734519216388832e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(31,11,'steps',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(32,11,'beta_a',0.5,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(33,11,'beta_b',0.5,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(34,12,'steps',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(35,12,'beta_a',0.5,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(36,12,'beta_b',0.5,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(37,13,'steps',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(38,13,'beta_a',1.0,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(39,13,'beta_b',1.0,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(40,14,'steps',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(41,14,'beta_a',1.0,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(42,14,'beta_b',1.0,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(43,15,'steps',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(44,15,'beta_a',0.9,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(45,15,'beta_b',0.3,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(46,16,'steps',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(47,16,'beta_a',0.9,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
INSERT INTO "trial_params" VALUES(48,16,'beta_b',0.3,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.1, "high": 8.0, "log": true}}');
CREATE TABLE trial_system_attributes (
	trial_system_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_system_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_system_attributes" VALUES(1,1,'fixed_params','{"steps": 4, "beta_a": 0.5, "beta_b": 0.5}');
INSERT INTO "trial_system_attributes" VALUES(2,2,'fixed_params','{"steps": 6, "beta_a": 0.5, "beta_b": 0.5}');
INSERT INTO "trial_system_attributes" VALUES(3,3,'fixed_params','{"steps": 4, "beta_a": 1.0, "beta_b": 1.0}');
INSERT INTO "trial_system_attributes" VALUES(4,4,'fixed_params','{"steps": 6, "beta_a": 1.0, "beta_b": 1.0}');
INSERT INTO "trial_system_attributes" VALUES(5,5,'fixed_params','{"steps": 4, "beta_a": 0.9, "beta_b": 0.3}');
INSERT INTO "trial_system_attributes" VALUES(6,6,'fixed_params','{"steps": 6, "beta_a": 0.9, "beta_b": 0.3}');
INSERT INTO "trial_system_attributes" VALUES(7,7,'fixed_params','{"steps": 4, "beta_a": 1.0, "beta_b": 0.2}');
INSERT INTO "trial_system_attributes" VALUES(8,8,'fixed_params','{"steps": 6, "beta_a": 1.0, "beta_b": 0.2}');
INSERT INTO "trial_system_attributes" VALUES(9,11,'fixed_params','{"steps": 4, "beta_a": 0.5, "beta_b": 0.5}');
INSERT INTO "trial_system_attributes" VALUES(10,12,'fixed_params','{"steps": 6, "beta_a": 0.5, "beta_b": 0.5}');
INSERT INTO "trial_system_attributes" VALUES(11,13,'fixed_params','{"steps": 4, "beta_a": 1.0, "beta_b": 1.0}');
INSERT INTO "trial_system_attributes" VALUES(12,14,'fixed_params','{"steps": 6, "beta_a": 1.0, "beta_b": 1.0}');
INSERT INTO "trial_system_attributes" VALUES(13,15,'fixed_params','{"steps": 4, "beta_a": 0.9, "beta_b": 0.3}');
INSERT INTO "trial_system_attributes" VALUES(14,16,'fixed_params','{"steps": 6, "beta_a": 0.9, "beta_b": 0.3}');
INSERT INTO "trial_system_attributes" VALUES(15,17,'fixed_params','{"steps": 4, "beta_a": 1.0, "beta_b": 0.2}');
INSERT INTO "trial_system_attributes" VALUES(16,18,'fixed_params','{"steps": 6, "beta_a": 1.0, "beta_b": 0.2}');
CREATE TABLE trial_user_attributes (
	trial_user_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_user_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_user_attributes" VALUES(1,1,'label','"energy: linear"');
INSERT INTO "trial_user_attributes" VALUES(2,2,'label','"energy: linear"');
INSERT INTO "trial_user_attributes" VALUES(3,3,'label','"energy: sin2"');
INSERT INTO "trial_user_attributes" VALUES(4,4,'label','"energy: sin2"');
INSERT INTO "trial_user_attributes" VALUES(5,5,'label','"paper: (0.9, 0.3)"');
INSERT INTO "trial_user_attributes" VALUES(6,6,'label','"paper: (0.9, 0.3)"');
INSERT INTO "trial_user_attributes" VALUES(7,7,'label','"paper: (1, 0.2)"');
INSERT INTO "trial_user_attributes" VALUES(8,8,'label','"paper: (1, 0.2)"');
INSERT INTO "trial_user_attributes" VALUES(9,1,'counts','[4, 4, 4, 4]');
INSERT INTO "trial_user_attributes" VALUES(10,1,'nfe','4.0');
INSERT INTO "trial_user_attributes" VALUES(11,1,'standard_error','0.16366341767699427');
INSERT INTO "trial_user_attributes" VALUES(12,1,'instances','8');
INSERT INTO "trial_user_attributes" VALUES(13,2,'counts','[3, 2, 3, 3, 2, 3]');
INSERT INTO "trial_user_attributes" VALUES(14,2,'nfe','6.0');
INSERT INTO "trial_user_attributes" VALUES(15,2,'standard_error','0.18298126367784995');
INSERT INTO "trial_user_attributes" VALUES(16,2,'instances','8');
INSERT INTO "trial_user_attributes" VALUES(17,3,'counts','[2, 6, 6, 2]');
INSERT INTO "trial_user_attributes" VALUES(18,3,'nfe','4.0');
INSERT INTO "trial_user_attributes" VALUES(19,3,'standard_error','0.0');
INSERT INTO "trial_user_attributes" VALUES(20,3,'instances','8');
INSERT INTO "trial_user_attributes" VALUES(21,4,'counts','[1, 3, 4, 4, 3, 1]');
INSERT INTO "trial_user_attributes" VALUES(22,4,'nfe','6.0');
INSERT INTO "trial_user_attributes" VALUES(23,4,'standard_error','0.1889822365046136');
INSERT INTO "trial_user_attributes" VALUES(24,4,'instances','8');
INSERT INTO "trial_user_attributes" VALUES(25,5,'counts','[1, 1, 3, 11]');
INSERT INTO "trial_user_attributes" VALUES(26,5,'nfe','4.0');
INSERT INTO "trial_user_attributes" VALUES(27,5,'standard_error','0.0');
INSERT INTO "trial_user_attributes" VALUES(28,5,'instances','8');
INSERT INTO "trial_user_attributes" VALUES(29,6,'counts','[1, 1, 1, 1, 2, 10]');
INSERT INTO "trial_user_attributes" VALUES(30,6,'nfe','6.0');
INSERT INTO "trial_user_attributes" VALUES(31,6,'standard_error','0.18298126367784995');
INSERT INTO "trial_user_attributes" VALUES(32,6,'instances','8');
INSERT INTO "trial_user_attributes" VALUES(33,7,'counts','[1, 1, 1, 13]');
INSERT INTO "trial_user_attributes" VALUES(34,7,'nfe','4.0');
INSERT INTO "trial_user_attributes" VALUES(35,7,'standard_error','0.0');
INSERT INTO "trial_user_attributes" VALUES(36,7,'instances','8');
INSERT INTO "trial_user_attributes" VALUES(37,8,'counts','[1, 1, 1, 1, 1, 11]');
INSERT INTO "trial_user_attributes" VALUES(38,8,'nfe','6.0');
INSERT INTO "trial_user_attributes" VALUES(39,8,'standard_error','0.16366341767699427');
INSERT INTO "trial_user_attributes" VALUES(40,8,'instances','8');
INSERT INTO "trial_user_attributes" VALUES(41,9,'label','"search"');
INSERT INTO "trial_user_attributes" VALUES(42,9,'counts','[1, 13, 1, 1]');
INSERT INTO "trial_user_attributes" VALUES(43,9,'nfe','4.0');
INSERT INTO "trial_user_attributes" VALUES(44,9,'standard_error','0.0');
INSERT INTO "trial_user_attributes" VALUES(45,9,'instances','8');
INSERT INTO "trial_user_attributes" VALUES(46,10,'label','"search"');
INSERT INTO "trial_user_attributes" VALUES(47,10,'counts','[11, 1, 1, 1, 1, 1]');
INSERT INTO "trial_user_attributes" VALUES(48,10,'nfe','6.0');
INSERT INTO "trial_user_attributes" VALUES(49,10,'standard_error','0.0');
INSERT INTO "trial_user_attributes" VALUES(50,10,'instances','8');
INSERT INTO "trial_user_attributes" VALUES(51,11,'label','"energy: linear"');
INSERT INTO "trial_user_attributes" VALUES(52,12,'label','"energy: linear"');
INSERT INTO "trial_user_attributes" VALUES(53,13,'label','"energy: sin2"');
INSERT INTO "trial_user_attributes" VALUES(54,14,'label','"energy: sin2"');
INSERT INTO "trial_user_attributes" VALUES(55,15,'label','"paper: (0.9, 0.3)"');
INSERT INTO "trial_user_attributes" VALUES(56,16,'label','"paper: (0.9, 0.3)"');
INSERT INTO "trial_user_attributes" VALUES(57,17,'label','"paper: (1, 0.2)"');
INSERT INTO "trial_user_attributes" VALUES(58,18,'label','"paper: (1, 0.2)"');
INSERT INTO "trial_user_attributes" VALUES(59,11,'counts','[4, 4, 4, 4]');
INSERT INTO "trial_user_attributes" VALUES(60,11,'nfe','4.0');
INSERT INTO "trial_user_attributes" VALUES(61,11,'standard_error','0.16366341767699427');
INSERT INTO "trial_user_attributes" VALUES(62,11,'instances','8');
INSERT INTO "trial_user_attributes" VALUES(63,12,'counts','[3, 2, 3, 3, 2, 3]');
INSERT INTO "trial_user_attributes" VALUES(64,12,'nfe','6.0');
INSERT INTO "trial_user_attributes" VALUES(65,12,'standard_error','0.18298126367784995');
INSERT INTO "trial_user_attributes" VALUES(66,12,'instances','8');
INSERT INTO "trial_user_attributes" VALUES(67,13,'counts','[2, 6, 6, 2]');
INSERT INTO "trial_user_attributes" VALUES(68,13,'nfe','4.0');
INSERT INTO "trial_user_attributes" VALUES(69,13,'standard_error','0.0');
INSERT INTO "trial_user_attributes" VALUES(70,13,'instances','8');
INSERT INTO "trial_user_attributes" VALUES(71,14,'counts','[1, 3, 4, 4, 3, 1]');
INSERT INTO "trial_user_attributes" VALUES(72,14,'nfe','6.0');
INSERT INTO "trial_user_attributes" VALUES(73,14,'standard_error','0.1889822365046136');
INSERT INTO "trial_user_attributes" VALUES(74,14,'instances','8');
INSERT INTO "trial_user_attributes" VALUES(75,15,'counts','[1, 1, 3, 11]');
INSERT INTO "trial_user_attributes" VALUES(76,15,'nfe','4.0');
INSERT INTO "trial_user_attributes" VALUES(77,15,'standard_error','0.0');
INSERT INTO "trial_user_attributes" VALUES(78,15,'instances','8');
CREATE TABLE trial_values (
	trial_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	value FLOAT, 
	value_type VARCHAR(7) NOT NULL, 
	PRIMARY KEY (trial_value_id), 
	UNIQUE (trial_id, objective), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_values" VALUES(1,1,0,0.25,'FINITE');
INSERT INTO "trial_values" VALUES(2,1,1,4.0,'FINITE');
INSERT INTO "trial_values" VALUES(3,2,0,0.375,'FINITE');
INSERT INTO "trial_values" VALUES(4,2,1,6.0,'FINITE');
INSERT INTO "trial_values" VALUES(5,3,0,0.0,'FINITE');
INSERT INTO "trial_values" VALUES(6,3,1,4.0,'FINITE');
INSERT INTO "trial_values" VALUES(7,4,0,0.5,'FINITE');
INSERT INTO "trial_values" VALUES(8,4,1,6.0,'FINITE');
INSERT INTO "trial_values" VALUES(9,5,0,0.0,'FINITE');
INSERT INTO "trial_values" VALUES(10,5,1,4.0,'FINITE');
INSERT INTO "trial_values" VALUES(11,6,0,0.375,'FINITE');
INSERT INTO "trial_values" VALUES(12,6,1,6.0,'FINITE');
INSERT INTO "trial_values" VALUES(13,7,0,0.0,'FINITE');
INSERT INTO "trial_values" VALUES(14,7,1,4.0,'FINITE');
INSERT INTO "trial_values" VALUES(15,8,0,0.25,'FINITE');
INSERT INTO "trial_values" VALUES(16,8,1,6.0,'FINITE');
INSERT INTO "trial_values" VALUES(17,9,0,0.0,'FINITE');
INSERT INTO "trial_values" VALUES(18,9,1,4.0,'FINITE');
INSERT INTO "trial_values" VALUES(19,10,0,0.0,'FINITE');
INSERT INTO "trial_values" VALUES(20,10,1,6.0,'FINITE');
INSERT INTO "trial_values" VALUES(21,11,0,0.25,'FINITE');
INSERT INTO "trial_values" VALUES(22,11,1,4.0,'FINITE');
INSERT INTO "trial_values" VALUES(23,12,0,0.375,'FINITE');
INSERT INTO "trial_values" VALUES(24,12,1,6.0,'FINITE');
INSERT INTO "trial_values" VALUES(25,13,0,0.0,'FINITE');
INSERT INTO "trial_values" VALUES(26,13,1,4.0,'FINITE');
INSERT INTO "trial_values" VALUES(27,14,0,0.5,'FINITE');
INSERT INTO "trial_values" VALUES(28,14,1,6.0,'FINITE');
INSERT INTO "trial_values" VALUES(29,15,0,0.0,'FINITE');
INSERT INTO "trial_values" VALUES(30,15,1,4.0,'FINITE');
CREATE TABLE trials (
	trial_id INTEGER NOT NULL, 
	number INTEGER, 
	study_id INTEGER, 
	state VARCHAR(8) NOT NULL, 
	datetime_start DATETIME, 
	datetime_complete DATETIME, 
	PRIMARY KEY (trial_id), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "trials" VALUES(1,0,1,'COMPLETE','2026-11-22 06:31:46.854289','2026-11-22 06:31:46.953570');
INSERT INTO "trials" VALUES(2,1,1,'COMPLETE','2026-11-22 06:31:46.967393','2026-11-22 06:31:47.006596');
INSERT INTO "trials" VALUES(3,2,1,'COMPLETE','2026-11-22 06:31:47.019671','2026-11-22 06:31:47.055534');
INSERT INTO "trials" VALUES(4,3,1,'COMPLETE','2026-11-22 06:31:47.066963','2026-11-22 06:31:47.103254');
INSERT INTO "trials" VALUES(5,4,1,'COMPLETE','2026-11-22 06:31:47.115906','2026-11-22 06:31:47.146314');
INSERT INTO "trials" VALUES(6,5,1,'COMPLETE','2026-11-22 06:31:47.161041','2026-11-22 06:31:47.199925');
INSERT INTO "trials" VALUES(7,6,1,'COMPLETE','2026-11-22 06:31:47.210586','2026-11-22 06:31:47.248108');
INSERT INTO "trials" VALUES(8,7,1,'COMPLETE','2026-11-22 06:31:47.262704','2026-11-22 06:31:47.297573');
INSERT INTO "trials" VALUES(9,8,1,'COMPLETE','2026-11-22 06:31:47.308854','2026-11-22 06:31:47.352212');
INSERT INTO "trials" VALUES(10,9,1,'COMPLETE','2026-11-22 06:31:47.361750','2026-11-22 06:31:47.400221');
INSERT INTO "trials" VALUES(11,0,2,'COMPLETE','2026-11-22 06:31:52.506919','2026-11-22 06:31:52.556354');
INSERT INTO "trials" VALUES(12,1,2,'COMPLETE','2026-11-22 06:31:52.567774','2026-11-22 06:31:52.606270');
INSERT INTO "trials" VALUES(13,2,2,'COMPLETE','2026-11-22 06:31:52.617784','2026-11-22 06:31:52.646994');
INSERT INTO "trials" VALUES(14,3,2,'COMPLETE','2026-11-22 06:31:52.658905','2026-11-22 06:31:52.688845');
INSERT INTO "trials" VALUES(15,4,2,'COMPLETE','2026-11-22 06:31:52.834104','2026-11-22 06:31:52.865507');
INSERT INTO "trials" VALUES(16,5,2,'RUNNING','2026-11-22 06:31:52.877861',NULL);
INSERT INTO "trials" VALUES(17,6,2,'WAITING',NULL,NULL);
INSERT INTO "trials" VALUES(18,7,2,'WAITING',NULL,NULL);
CREATE TABLE version_info (
	version_info_id INTEGER NOT NULL, 
	schema_version INTEGER, 
	library_version VARCHAR(256), 
	PRIMARY KEY (version_info_id), 
	CHECK (version_info_id=1)
);
INSERT INTO "version_info" VALUES(1,12,'5.0.0');
CREATE INDEX ix_mdm_measurements_study_role ON mdm_measurements (study_id, role, budget_steps);
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
CREATE INDEX ix_trials_study_id ON trials (study_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('mdm_measurements',32);
COMMIT;
