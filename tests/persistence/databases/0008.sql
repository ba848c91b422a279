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
INSERT INTO "mdm_alembic_version" VALUES('0008');
CREATE TABLE mdm_candidates (
	id INTEGER NOT NULL, 
	study_id INTEGER NOT NULL, 
	family VARCHAR(32) NOT NULL, 
	steps INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(study_id) REFERENCES mdm_studies (id) ON DELETE CASCADE
);
INSERT INTO "mdm_candidates" VALUES(1,1,'beta',4);
INSERT INTO "mdm_candidates" VALUES(2,1,'beta',6);
INSERT INTO "mdm_candidates" VALUES(3,1,'beta',4);
INSERT INTO "mdm_candidates" VALUES(4,1,'beta',6);
INSERT INTO "mdm_candidates" VALUES(5,1,'beta',4);
INSERT INTO "mdm_candidates" VALUES(6,1,'beta',6);
INSERT INTO "mdm_candidates" VALUES(7,1,'beta',4);
INSERT INTO "mdm_candidates" VALUES(8,1,'beta',6);
INSERT INTO "mdm_candidates" VALUES(9,1,'beta',4);
INSERT INTO "mdm_candidates" VALUES(10,1,'beta',6);
INSERT INTO "mdm_candidates" VALUES(11,1,'sine',6);
INSERT INTO "mdm_candidates" VALUES(12,1,'sine',4);
INSERT INTO "mdm_candidates" VALUES(13,2,'beta',4);
INSERT INTO "mdm_candidates" VALUES(14,2,'beta',6);
INSERT INTO "mdm_candidates" VALUES(15,2,'beta',4);
INSERT INTO "mdm_candidates" VALUES(16,2,'beta',6);
INSERT INTO "mdm_candidates" VALUES(17,2,'beta',4);
INSERT INTO "mdm_candidates" VALUES(18,2,'beta',6);
INSERT INTO "mdm_candidates" VALUES(19,2,'beta',4);
INSERT INTO "mdm_candidates" VALUES(20,2,'beta',6);
INSERT INTO "mdm_candidates" VALUES(21,3,'free',4);
INSERT INTO "mdm_candidates" VALUES(22,3,'free',6);
INSERT INTO "mdm_candidates" VALUES(23,3,'free',4);
INSERT INTO "mdm_candidates" VALUES(24,3,'free',6);
INSERT INTO "mdm_candidates" VALUES(25,3,'free',4);
INSERT INTO "mdm_candidates" VALUES(26,3,'free',6);
INSERT INTO "mdm_candidates" VALUES(27,3,'free',4);
INSERT INTO "mdm_candidates" VALUES(28,3,'free',6);
INSERT INTO "mdm_candidates" VALUES(29,3,'free',4);
CREATE TABLE mdm_counts (
	candidate_id INTEGER NOT NULL, 
	step INTEGER NOT NULL, 
	tokens BIGINT NOT NULL, 
	PRIMARY KEY (candidate_id, step), 
	FOREIGN KEY(candidate_id) REFERENCES mdm_candidates (id) ON DELETE CASCADE
);
INSERT INTO "mdm_counts" VALUES(21,0,2);
INSERT INTO "mdm_counts" VALUES(21,1,3);
INSERT INTO "mdm_counts" VALUES(21,2,4);
INSERT INTO "mdm_counts" VALUES(21,3,7);
INSERT INTO "mdm_counts" VALUES(22,0,2);
INSERT INTO "mdm_counts" VALUES(22,1,2);
INSERT INTO "mdm_counts" VALUES(22,2,2);
INSERT INTO "mdm_counts" VALUES(22,3,2);
INSERT INTO "mdm_counts" VALUES(22,4,3);
INSERT INTO "mdm_counts" VALUES(22,5,5);
INSERT INTO "mdm_counts" VALUES(23,0,1);
INSERT INTO "mdm_counts" VALUES(23,1,1);
INSERT INTO "mdm_counts" VALUES(23,2,3);
INSERT INTO "mdm_counts" VALUES(23,3,11);
INSERT INTO "mdm_counts" VALUES(24,0,1);
INSERT INTO "mdm_counts" VALUES(24,1,1);
INSERT INTO "mdm_counts" VALUES(24,2,1);
INSERT INTO "mdm_counts" VALUES(24,3,1);
INSERT INTO "mdm_counts" VALUES(24,4,2);
INSERT INTO "mdm_counts" VALUES(24,5,10);
INSERT INTO "mdm_counts" VALUES(25,0,1);
INSERT INTO "mdm_counts" VALUES(25,1,1);
INSERT INTO "mdm_counts" VALUES(25,2,1);
INSERT INTO "mdm_counts" VALUES(25,3,13);
INSERT INTO "mdm_counts" VALUES(26,0,1);
INSERT INTO "mdm_counts" VALUES(26,1,1);
INSERT INTO "mdm_counts" VALUES(26,2,1);
INSERT INTO "mdm_counts" VALUES(26,3,1);
INSERT INTO "mdm_counts" VALUES(26,4,1);
INSERT INTO "mdm_counts" VALUES(26,5,11);
INSERT INTO "mdm_counts" VALUES(27,0,3);
INSERT INTO "mdm_counts" VALUES(27,1,3);
INSERT INTO "mdm_counts" VALUES(27,2,4);
INSERT INTO "mdm_counts" VALUES(27,3,6);
INSERT INTO "mdm_counts" VALUES(28,0,1);
INSERT INTO "mdm_counts" VALUES(28,1,2);
INSERT INTO "mdm_counts" VALUES(28,2,2);
INSERT INTO "mdm_counts" VALUES(28,3,2);
INSERT INTO "mdm_counts" VALUES(28,4,3);
INSERT INTO "mdm_counts" VALUES(28,5,6);
INSERT INTO "mdm_counts" VALUES(29,0,3);
INSERT INTO "mdm_counts" VALUES(29,1,3);
INSERT INTO "mdm_counts" VALUES(29,2,3);
INSERT INTO "mdm_counts" VALUES(29,3,7);
CREATE TABLE mdm_exports (
	id INTEGER NOT NULL, 
	study_id INTEGER NOT NULL, 
	steps INTEGER NOT NULL, 
	format VARCHAR(16) NOT NULL, 
	schedule JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(study_id) REFERENCES mdm_studies (id) ON DELETE CASCADE
);
INSERT INTO "mdm_exports" VALUES(1,1,4,'json','{"format": "mdm-opt schedule", "schema_version": 1, "schedule": {"family": "beta", "beta_a": 0.5, "beta_b": 0.5, "steps": 4, "length": 16, "reveal": "fixed", "rounding": "full", "block_length": null, "counts": [4, 4, 4, 4], "revealed": [0.0, 0.25, 0.5000000000000001, 0.75, 1.0]}, "sampler": {"order": "random", "temperature": 1.0, "guidance": 0.0, "end_last": false}, "result": {"objective": "validity", "unit": "share", "direction": "maximize", "value": 0.25, "interval": [0.10182067491213048, 0.49498316535508774], "confidence": 0.95, "claim_error_rate": 0.025000000000000022, "instances": 16, "nfe": 4.0, "verified": true, "baselines": {"linear": {"value": 0.25, "interval": [0.10182067491213048, 0.49498316535508774], "label": "beta(0.500, 0.500)", "steps": 4, "nfe": 4.0, "instances": 16}, "sin2": {"value": 0.0, "interval": [0.0, 0.1936076805344365], "label": "beta(1.000, 1.000)", "steps": 4, "nfe": 4.0, "instances": 16}, "sine": {"value": 0.0, "interval": [0.0, 0.1936076805344365], "label": "sine", "steps": 4, "nfe": 4.0, "instances": 16}}, "gain_over_linear": null, "better_than_linear": null, "decision": {"action": "keep", "baseline": "linear", "instances": null, "nothing_to_gain": true, "fewer_calls": null}, "linear_steps_for_equal_quality": null, "linear_steps_interval": null, "instead_of": {"value": 0.25, "interval": [0.10182067491213048, 0.49498316535508774], "label": "beta(0.500, 0.500)", "steps": 4, "nfe": 4.0, "instances": 16, "gain": {"value": 0.0, "interval": [-0.17610122978438686, 0.17610122978438686]}}}, "provenance": {"study": "old", "study_file": {"study": {"name": "old", "seed": 0}, "model": {"kind": "enumerated", "law": "sudoku4", "process": "masked", "options": {}, "batch_size": 64}, "sampler": {"order": "random", "temperature": 1.0, "reveal": "fixed", "rounding": "full", "guidance": 0.0, "end_last": false}, "space": {"family": "beta", "steps": [4, 6], "beta_a": [0.1, 8.0], "beta_b": [0.1, 8.0]}, "objective": {"kind": "validity", "instances": 8, "verifier": "sudoku", "options": {}}, "search": {"goal": "quality", "trials": 10, "sampler": "random", "seeds": ["energy", "baselines"], "racing": true, "samples": 3}, "profile": {"sequences": 48, "precision": 0.02, "boundaries": 32, "orders": 1, "estimator": "auto", "seed": 0}, "verify": {"instances": 16, "top": 2, "confidence": 0.95, "equal_linear": true, "sequential": true}}, "study_file_hash": "974e6bc75e5101394c11606ab311f6f4af8634f193bcc6d4c2c5336942dc1d24", "trial": null, "label": "baseline linear", "seed": 0, "model": {"kind": "enumerated", "law": "sudoku4", "process": "masked", "options": {}, "batch_size": 64}, "model_fingerprint": "enumerated:a2012cb30fdb22ba485ea226c2855b3b40a21a3b54fcc678fad06670392a038a", "objective_fingerprint": null, "versions": {"mdm-opt": "0.2.0", "python": "3.11.7", "torch": "2.13.0+cpu", "transformers": "5.23.0", "optuna": "5.0.0", "numpy": "2.4.6", "scipy": "1.17.1"}, "git_hash": "d4a133c752964962e4b910fd8fb76ff8fc86c7f0", "created_at": "2026-12-01T02:21:57+00:00"}}','2026-12-01 02:21:57.738702');
CREATE TABLE mdm_measurements (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	study_id INTEGER NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	label VARCHAR(64) NOT NULL, 
	trial_number INTEGER, 
	budget_steps INTEGER NOT NULL, 
	candidate_id INTEGER NOT NULL, 
	value FLOAT NOT NULL, 
	standard_error FLOAT NOT NULL, 
	instances INTEGER NOT NULL, 
	rival_number INTEGER, 
	paired_value FLOAT, 
	paired_error FLOAT, 
	stopped_early BOOLEAN DEFAULT 0 NOT NULL, 
	nfe FLOAT NOT NULL, 
	feasible BOOLEAN NOT NULL, 
	guards JSON NOT NULL, 
	sequence_calls INTEGER NOT NULL, 
	seconds FLOAT NOT NULL, 
	device VARCHAR(64) NOT NULL, 
	worker_id INTEGER, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT uq_mdm_measurements_number UNIQUE (study_id, trial_number), 
	FOREIGN KEY(study_id) REFERENCES mdm_studies (id) ON DELETE CASCADE, 
	CONSTRAINT fk_mdm_measurements_candidate FOREIGN KEY(candidate_id) REFERENCES mdm_candidates (id), 
	CONSTRAINT fk_mdm_measurements_worker FOREIGN KEY(worker_id) REFERENCES mdm_workers (id) ON DELETE SET NULL
);
INSERT INTO "mdm_measurements" VALUES(1,1,'search','energy: linear',0,4,1,0.25,1.63663417676994271676e-01,8,NULL,NULL,NULL,0,4.0,1,'{}',32,3.61475799945765174925e-03,'cpu',1,'2026-12-01 02:21:55.832258');
INSERT INTO "mdm_measurements" VALUES(2,1,'search','energy: linear',1,6,2,0.375,1.82981263677849947946e-01,8,NULL,NULL,NULL,0,6.0,1,'{}',48,8.73314600175945088267e-03,'cpu',1,'2026-12-01 02:21:55.959395');
INSERT INTO "mdm_measurements" VALUES(3,1,'search','energy: sin2',2,4,3,0.0,0.0,8,NULL,NULL,NULL,0,4.0,1,'{}',32,7.69667500208015553653e-03,'cpu',1,'2026-12-01 02:21:56.064666');
INSERT INTO "mdm_measurements" VALUES(4,1,'search','energy: sin2',3,6,4,0.5,1.88982236504613598793e-01,8,NULL,NULL,NULL,0,6.0,1,'{}',48,9.0512300012051127851e-03,'cpu',1,'2026-12-01 02:21:56.180165');
INSERT INTO "mdm_measurements" VALUES(5,1,'search','paper: (0.9, 0.3)',4,4,5,0.0,0.0,8,NULL,NULL,NULL,0,4.0,1,'{}',32,0.00808999400032917,'cpu',1,'2026-12-01 02:21:56.299364');
INSERT INTO "mdm_measurements" VALUES(6,1,'search','paper: (0.9, 0.3)',5,6,6,0.375,1.82981263677849947946e-01,8,NULL,NULL,NULL,0,6.0,1,'{}',48,4.59673599834786728024e-03,'cpu',1,'2026-12-01 02:21:56.429007');
INSERT INTO "mdm_measurements" VALUES(7,1,'search','paper: (1, 0.2)',6,4,7,0.0,0.0,8,NULL,NULL,NULL,0,4.0,1,'{}',32,7.52411900248262099921e-03,'cpu',1,'2026-12-01 02:21:56.550708');
INSERT INTO "mdm_measurements" VALUES(8,1,'search','paper: (1, 0.2)',7,6,8,0.25,1.63663417676994271676e-01,8,NULL,NULL,NULL,0,6.0,1,'{}',48,6.5296680004394147545e-03,'cpu',1,'2026-12-01 02:21:56.677708');
INSERT INTO "mdm_measurements" VALUES(9,1,'search','search',8,4,9,0.0,0.0,8,NULL,NULL,NULL,0,4.0,1,'{}',32,1.00677849986823275685e-02,'cpu',1,'2026-12-01 02:21:56.815032');
INSERT INTO "mdm_measurements" VALUES(10,1,'search','search',9,6,10,0.0,0.0,8,NULL,NULL,NULL,0,6.0,1,'{}',48,8.70020699949236586689e-03,'cpu',1,'2026-12-01 02:21:56.948842');
INSERT INTO "mdm_measurements" VALUES(11,1,'selection','paper: (0.9, 0.3)',NULL,6,6,0.5,1.88982236504613598793e-01,8,NULL,NULL,NULL,0,6.0,1,'{}',48,1.61341099992569070309e-02,'cpu',NULL,'2026-12-01 02:21:57.286642');
INSERT INTO "mdm_measurements" VALUES(12,1,'selection','paper: (1, 0.2)',NULL,6,8,0.25,1.63663417676994271676e-01,8,NULL,NULL,NULL,0,6.0,1,'{}',48,1.43898229980550240725e-02,'cpu',NULL,'2026-12-01 02:21:57.289072');
INSERT INTO "mdm_measurements" VALUES(13,1,'verification','best',NULL,6,6,0.4375,0.128086884574495,16,NULL,NULL,NULL,0,6.0,1,'{}',96,0.0193641679979919,'cpu',NULL,'2026-12-01 02:21:57.296925');
INSERT INTO "mdm_measurements" VALUES(14,1,'verification','linear',NULL,6,2,0.5625,0.128086884574495,16,NULL,NULL,NULL,0,6.0,1,'{}',96,2.16024110013677272945e-02,'cpu',NULL,'2026-12-01 02:21:57.305840');
INSERT INTO "mdm_measurements" VALUES(15,1,'verification','sin2',NULL,6,4,0.3125,1.19678388469542262839e-01,16,NULL,NULL,NULL,0,6.0,1,'{}',96,1.67020150001917500048e-02,'cpu',NULL,'2026-12-01 02:21:57.318765');
INSERT INTO "mdm_measurements" VALUES(16,1,'verification','sine',NULL,6,11,0.25,1.11803398874989481925e-01,16,NULL,NULL,NULL,0,6.0,1,'{}',96,1.67547149976599030196e-02,'cpu',NULL,'2026-12-01 02:21:57.328159');
INSERT INTO "mdm_measurements" VALUES(17,1,'selection','energy: linear',NULL,4,1,0.125,0.125,8,NULL,NULL,NULL,0,4.0,1,'{}',32,1.39511780034808907657e-02,'cpu',NULL,'2026-12-01 02:21:57.487905');
INSERT INTO "mdm_measurements" VALUES(18,1,'selection','energy: sin2',NULL,4,3,0.0,0.0,8,NULL,NULL,NULL,0,4.0,1,'{}',32,8.6939100001472979784e-03,'cpu',NULL,'2026-12-01 02:21:57.494314');
INSERT INTO "mdm_measurements" VALUES(19,1,'verification','best',NULL,4,1,0.25,1.11803398874989481925e-01,16,NULL,NULL,NULL,0,4.0,1,'{}',64,5.55021500258590094745e-03,'cpu',NULL,'2026-12-01 02:21:57.497949');
INSERT INTO "mdm_measurements" VALUES(20,1,'verification','linear',NULL,4,1,0.25,1.11803398874989481925e-01,16,NULL,NULL,NULL,0,4.0,1,'{}',0,0.0,'cpu',NULL,'2026-12-01 02:21:57.512187');
INSERT INTO "mdm_measurements" VALUES(21,1,'verification','sin2',NULL,4,3,0.0,0.0,16,NULL,NULL,NULL,0,4.0,1,'{}',64,1.42421179989469237625e-02,'cpu',NULL,'2026-12-01 02:21:57.523026');
INSERT INTO "mdm_measurements" VALUES(22,1,'verification','sine',NULL,4,12,0.0,0.0,16,NULL,NULL,NULL,0,4.0,1,'{}',64,5.93147699692053720355e-03,'cpu',NULL,'2026-12-01 02:21:57.533193');
INSERT INTO "mdm_measurements" VALUES(23,2,'search','energy: linear',0,4,13,0.25,1.63663417676994271676e-01,8,NULL,NULL,NULL,0,4.0,1,'{}',32,3.71532300050603225827e-03,'cpu',2,'2026-12-01 02:22:05.836230');
INSERT INTO "mdm_measurements" VALUES(24,2,'search','energy: linear',1,6,14,0.375,1.82981263677849947946e-01,8,NULL,NULL,NULL,0,6.0,1,'{}',48,5.91706200066255405545e-03,'cpu',2,'2026-12-01 02:22:05.973455');
INSERT INTO "mdm_measurements" VALUES(25,2,'search','energy: sin2',2,4,15,0.0,0.0,8,NULL,NULL,NULL,0,4.0,1,'{}',32,7.66699299856554716825e-03,'cpu',2,'2026-12-01 02:22:06.090871');
INSERT INTO "mdm_measurements" VALUES(26,2,'search','energy: sin2',3,6,16,0.5,1.88982236504613598793e-01,8,NULL,NULL,NULL,0,6.0,1,'{}',48,9.09019300161162391304e-03,'cpu',2,'2026-12-01 02:22:06.200126');
INSERT INTO "mdm_measurements" VALUES(27,2,'search','paper: (0.9, 0.3)',4,4,17,0.0,0.0,8,NULL,NULL,NULL,0,4.0,1,'{}',32,0.00753011100096046,'cpu',2,'2026-12-01 02:22:06.310658');
INSERT INTO "mdm_measurements" VALUES(28,3,'search','profile: limit',0,4,21,0.3125,5.83970740188945944271e-02,64,NULL,NULL,NULL,0,4.0,1,'{}',256,1.69403229992894921451e-02,'cpu',3,'2026-12-01 02:22:13.067755');
INSERT INTO "mdm_measurements" VALUES(29,3,'search','profile: limit',1,6,22,0.546875,6.27166384312098645903e-02,64,NULL,NULL,NULL,0,6.0,1,'{}',384,1.9720210002560634166e-02,'cpu',3,'2026-12-01 02:22:13.227091');
INSERT INTO "mdm_measurements" VALUES(30,3,'search','paper: (0.9, 0.3)',2,4,23,0.1875,0.0491747370293402,64,0,0.1875,5.46931985401528514278e-02,0,4.0,1,'{}',256,2.17499930040503386408e-02,'cpu',3,'2026-12-01 02:22:13.392257');
INSERT INTO "mdm_measurements" VALUES(31,3,'search','paper: (0.9, 0.3)',3,6,24,0.375,6.09937545592833252339e-02,64,1,0.375,6.6332957255372207439e-02,0,6.0,1,'{}',384,3.21882899988850113004e-02,'cpu',3,'2026-12-01 02:22:13.540374');
INSERT INTO "mdm_measurements" VALUES(32,3,'search','paper: (1, 0.2)',4,4,25,0.0,0.0,32,0,0.03125,8.63406740105824577202e-02,1,4.0,1,'{}',128,1.02613660019414965063e-02,'cpu',3,'2026-12-01 02:22:13.666183');
INSERT INTO "mdm_measurements" VALUES(33,3,'search','paper: (1, 0.2)',5,6,26,0.25,5.45544725589980905589e-02,64,1,0.25,7.9498980695718229894e-02,0,6.0,1,'{}',384,2.51008039995213039219e-02,'cpu',3,'2026-12-01 02:22:13.810120');
INSERT INTO "mdm_measurements" VALUES(34,3,'search','search',6,4,27,0.25,5.45544725589980905589e-02,64,0,0.25,8.5384636886011583412e-02,0,4.0,1,'{}',256,2.53126350035017821937e-02,'cpu',3,'2026-12-01 02:22:14.039962');
INSERT INTO "mdm_measurements" VALUES(35,3,'search','search',7,6,28,0.546875,6.27166384312098645903e-02,64,1,0.546875,8.83477559825045499763e-02,0,6.0,1,'{}',384,2.61487860007036942988e-02,'cpu',3,'2026-12-01 02:22:14.303833');
INSERT INTO "mdm_measurements" VALUES(36,3,'search','search',8,4,29,0.234375,5.33695352393729061102e-02,64,0,0.234375,8.1058782365795334357e-02,0,4.0,1,'{}',256,1.89288119981938507407e-02,'cpu',3,'2026-12-01 02:22:14.535962');
CREATE TABLE mdm_models (
	fingerprint VARCHAR(128) NOT NULL, 
	source JSON NOT NULL, 
	process VARCHAR(16) DEFAULT 'masked' NOT NULL, 
	length INTEGER NOT NULL, 
	vocab_size INTEGER, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (fingerprint)
);
INSERT INTO "mdm_models" VALUES('enumerated:a2012cb30fdb22ba485ea226c2855b3b40a21a3b54fcc678fad06670392a038a','{"kind": "enumerated", "law": "sudoku4", "process": "masked", "options": {}, "batch_size": 64}','masked',16,4,'2026-12-01 02:21:55.581549');
CREATE TABLE mdm_parameters (
	candidate_id INTEGER NOT NULL, 
	part VARCHAR(8) NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	number FLOAT, 
	text TEXT, 
	PRIMARY KEY (candidate_id, part, name), 
	FOREIGN KEY(candidate_id) REFERENCES mdm_candidates (id) ON DELETE CASCADE
);
INSERT INTO "mdm_parameters" VALUES(1,'family','beta_a',0.5,NULL);
INSERT INTO "mdm_parameters" VALUES(1,'family','beta_b',0.5,NULL);
INSERT INTO "mdm_parameters" VALUES(2,'family','beta_a',0.5,NULL);
INSERT INTO "mdm_parameters" VALUES(2,'family','beta_b',0.5,NULL);
INSERT INTO "mdm_parameters" VALUES(3,'family','beta_a',1.0,NULL);
INSERT INTO "mdm_parameters" VALUES(3,'family','beta_b',1.0,NULL);
INSERT INTO "mdm_parameters" VALUES(4,'family','beta_a',1.0,NULL);
INSERT INTO "mdm_parameters" VALUES(4,'family','beta_b',1.0,NULL);
INSERT INTO "mdm_parameters" VALUES(5,'family','beta_a',0.9,NULL);
INSERT INTO "mdm_parameters" VALUES(5,'family','beta_b',0.3,NULL);
INSERT INTO "mdm_parameters" VALUES(6,'family','beta_a',0.9,NULL);
INSERT INTO "mdm_parameters" VALUES(6,'family','beta_b',0.3,NULL);
INSERT INTO "mdm_parameters" VALUES(7,'family','beta_a',1.0,NULL);
INSERT INTO "mdm_parameters" VALUES(7,'family','beta_b',0.2,NULL);
INSERT INTO "mdm_parameters" VALUES(8,'family','beta_a',1.0,NULL);
INSERT INTO "mdm_parameters" VALUES(8,'family','beta_b',0.2,NULL);
INSERT INTO "mdm_parameters" VALUES(9,'family','beta_a',4.59425134130801371412e+00,NULL);
INSERT INTO "mdm_parameters" VALUES(9,'family','beta_b',6.96979552745167296734e+00,NULL);
INSERT INTO "mdm_parameters" VALUES(10,'family','beta_a',1.04650895361542511929e-01,NULL);
INSERT INTO "mdm_parameters" VALUES(10,'family','beta_b',9.01804734519216388832e-01,NULL);
INSERT INTO "mdm_parameters" VALUES(13,'family','beta_a',0.5,NULL);
INSERT INTO "mdm_parameters" VALUES(13,'family','beta_b',0.5,NULL);
INSERT INTO "mdm_parameters" VALUES(14,'family','beta_a',0.5,NULL);
INSERT INTO "mdm_parameters" VALUES(14,'family','beta_b',0.5,NULL);
INSERT INTO "mdm_parameters" VALUES(15,'family','beta_a',1.0,NULL);
INSERT INTO "mdm_parameters" VALUES(15,'family','beta_b',1.0,NULL);
INSERT INTO "mdm_parameters" VALUES(16,'family','beta_a',1.0,NULL);
INSERT INTO "mdm_parameters" VALUES(16,'family','beta_b',1.0,NULL);
INSERT INTO "mdm_parameters" VALUES(17,'family','beta_a',0.9,NULL);
INSERT INTO "mdm_parameters" VALUES(17,'family','beta_b',0.3,NULL);
INSERT INTO "mdm_parameters" VALUES(18,'family','beta_a',0.9,NULL);
INSERT INTO "mdm_parameters" VALUES(18,'family','beta_b',0.3,NULL);
INSERT INTO "mdm_parameters" VALUES(19,'family','beta_a',1.0,NULL);
INSERT INTO "mdm_parameters" VALUES(19,'family','beta_b',0.2,NULL);
INSERT INTO "mdm_parameters" VALUES(20,'family','beta_a',1.0,NULL);
INSERT INTO "mdm_parameters" VALUES(20,'family','beta_b',0.2,NULL);
CREATE TABLE mdm_profile_sequences (
	profile_id INTEGER NOT NULL, 
	sequence INTEGER NOT NULL, 
	sequence_calls INTEGER NOT NULL, 
	seconds FLOAT NOT NULL, 
	divergence_nats FLOAT, 
	entropy_nats FLOAT, 
	exchange_nats FLOAT, 
	PRIMARY KEY (profile_id, sequence), 
	FOREIGN KEY(profile_id) REFERENCES mdm_profiles (id) ON DELETE CASCADE
);
INSERT INTO "mdm_profile_sequences" VALUES(1,0,28,0.00439680724957725,1.2554529890917058843e+00,1.41323183797995732824e+00,3.1401849173675503333e-16);
INSERT INTO "mdm_profile_sequences" VALUES(1,1,28,0.00439680724957725,1.23004848624193208195e+00,1.40044629791739,3.1401849173675503333e-16);
INSERT INTO "mdm_profile_sequences" VALUES(1,2,28,0.00439680724957725,1.29881975887972922478e+00,1.36287608366484591648e+00,3.1401849173675503333e-16);
INSERT INTO "mdm_profile_sequences" VALUES(1,3,28,0.00439680724957725,1.51289426669526072544e+00,1.31553986111916487722e+00,3.1401849173675503333e-16);
INSERT INTO "mdm_profile_sequences" VALUES(2,0,28,0.00439680724957725,NULL,NULL,NULL);
INSERT INTO "mdm_profile_sequences" VALUES(2,1,28,0.00439680724957725,NULL,NULL,NULL);
INSERT INTO "mdm_profile_sequences" VALUES(2,2,28,0.00439680724957725,NULL,NULL,NULL);
INSERT INTO "mdm_profile_sequences" VALUES(2,3,28,0.00439680724957725,NULL,NULL,NULL);
INSERT INTO "mdm_profile_sequences" VALUES(1,4,28,5.46738000048208050429e-03,1.32437778131142058768e+00,1.3712390433629879638e+00,3.1401849173675503333e-16);
INSERT INTO "mdm_profile_sequences" VALUES(1,5,28,5.46738000048208050429e-03,1.48682943347676332912e+00,1.35579695713170411686e+00,0.0);
INSERT INTO "mdm_profile_sequences" VALUES(1,6,28,5.46738000048208050429e-03,1.24073010963465790723e+00,1.28298442842958526632e+00,0.0);
INSERT INTO "mdm_profile_sequences" VALUES(1,7,28,5.46738000048208050429e-03,1.18329522878640491789e+00,1.29421281562308898571e+00,3.1401849173675503333e-16);
INSERT INTO "mdm_profile_sequences" VALUES(2,4,28,5.46738000048208050429e-03,NULL,NULL,NULL);
INSERT INTO "mdm_profile_sequences" VALUES(2,5,28,5.46738000048208050429e-03,NULL,NULL,NULL);
INSERT INTO "mdm_profile_sequences" VALUES(2,6,28,5.46738000048208050429e-03,NULL,NULL,NULL);
INSERT INTO "mdm_profile_sequences" VALUES(2,7,28,5.46738000048208050429e-03,NULL,NULL,NULL);
CREATE TABLE mdm_profile_values (
	profile_id INTEGER NOT NULL, 
	sequence INTEGER NOT NULL, 
	known INTEGER NOT NULL, 
	nats FLOAT NOT NULL, 
	PRIMARY KEY (profile_id, sequence, known), 
	FOREIGN KEY(profile_id, sequence) REFERENCES mdm_profile_sequences (profile_id, sequence) ON DELETE CASCADE
);
INSERT INTO "mdm_profile_values" VALUES(1,0,0,1.38629436111989057245e+00);
INSERT INTO "mdm_profile_values" VALUES(1,0,1,1.21368511764882192061e+00);
INSERT INTO "mdm_profile_values" VALUES(1,0,3,0.659020356964776);
INSERT INTO "mdm_profile_values" VALUES(1,0,8,5.19519475840589661785e-02);
INSERT INTO "mdm_profile_values" VALUES(1,0,13,5.19519475840589661785e-02);
INSERT INTO "mdm_profile_values" VALUES(1,0,15,5.19519475840589661785e-02);
INSERT INTO "mdm_profile_values" VALUES(1,1,0,1.38629436111989057245e+00);
INSERT INTO "mdm_profile_values" VALUES(1,1,1,1.21368511764882192061e+00);
INSERT INTO "mdm_profile_values" VALUES(1,1,3,8.47952729916183756131e-01);
INSERT INTO "mdm_profile_values" VALUES(1,1,8,7.10469690402296127906e-02);
INSERT INTO "mdm_profile_values" VALUES(1,1,13,7.10469690402296127906e-02);
INSERT INTO "mdm_profile_values" VALUES(1,1,15,7.10469690402296127906e-02);
INSERT INTO "mdm_profile_values" VALUES(1,2,0,1.38629436111989057245e+00);
INSERT INTO "mdm_profile_values" VALUES(1,2,1,1.21368511764882192061e+00);
INSERT INTO "mdm_profile_values" VALUES(1,2,3,6.36890966776177402941e-01);
INSERT INTO "mdm_profile_values" VALUES(1,2,8,5.5446439847603057327e-02);
INSERT INTO "mdm_profile_values" VALUES(1,2,13,5.5446439847603057327e-02);
INSERT INTO "mdm_profile_values" VALUES(1,2,15,5.5446439847603057327e-02);
INSERT INTO "mdm_profile_values" VALUES(1,3,0,1.38629436111989057245e+00);
INSERT INTO "mdm_profile_values" VALUES(1,3,1,1.21368511764882214265e+00);
INSERT INTO "mdm_profile_values" VALUES(1,3,3,8.57530100265344819021e-01);
INSERT INTO "mdm_profile_values" VALUES(1,3,8,6.27469136262534865622e-01);
INSERT INTO "mdm_profile_values" VALUES(1,3,13,-2.79227027873221733678e-02);
INSERT INTO "mdm_profile_values" VALUES(1,3,15,-2.79227027873221733678e-02);
INSERT INTO "mdm_profile_values" VALUES(2,0,0,1.38629436111989079449e+00);
INSERT INTO "mdm_profile_values" VALUES(2,0,1,1.21368511764882214265e+00);
INSERT INTO "mdm_profile_values" VALUES(2,0,3,4.89348313388248912225e-01);
INSERT INTO "mdm_profile_values" VALUES(2,0,8,1.64012102707700946346e-01);
INSERT INTO "mdm_profile_values" VALUES(2,0,13,1.64012102707700946346e-01);
INSERT INTO "mdm_profile_values" VALUES(2,0,15,1.64012102707700946346e-01);
INSERT INTO "mdm_profile_values" VALUES(2,1,0,1.38629436111989079449e+00);
INSERT INTO "mdm_profile_values" VALUES(2,1,1,1.21368511764882214265e+00);
INSERT INTO "mdm_profile_values" VALUES(2,1,3,8.35400710076746322307e-01);
INSERT INTO "mdm_profile_values" VALUES(2,1,8,5.56101319468079724472e-02);
INSERT INTO "mdm_profile_values" VALUES(2,1,13,5.56101319468079724472e-02);
INSERT INTO "mdm_profile_values" VALUES(2,1,15,5.56101319468079724472e-02);
INSERT INTO "mdm_profile_values" VALUES(2,2,0,1.38629436111989079449e+00);
INSERT INTO "mdm_profile_values" VALUES(2,2,1,1.21368511764882214265e+00);
INSERT INTO "mdm_profile_values" VALUES(2,2,3,7.43742995897717196207e-01);
INSERT INTO "mdm_profile_values" VALUES(2,2,8,4.09756851957557843846e-02);
INSERT INTO "mdm_profile_values" VALUES(2,2,13,4.09756851957557843846e-02);
INSERT INTO "mdm_profile_values" VALUES(2,2,15,4.09756851957557843846e-02);
INSERT INTO "mdm_profile_values" VALUES(2,3,0,1.38629436111989057245e+00);
INSERT INTO "mdm_profile_values" VALUES(2,3,1,1.21368511764882192061e+00);
INSERT INTO "mdm_profile_values" VALUES(2,3,3,0.809262396723608);
INSERT INTO "mdm_profile_values" VALUES(2,3,8,-5.06570788339467670269e-02);
INSERT INTO "mdm_profile_values" VALUES(2,3,13,-5.06570788339467670269e-02);
INSERT INTO "mdm_profile_values" VALUES(2,3,15,-5.06570788339467670269e-02);
INSERT INTO "mdm_profile_values" VALUES(1,4,0,1.38629436111989057245e+00);
INSERT INTO "mdm_profile_values" VALUES(1,4,1,1.21368511764882214265e+00);
INSERT INTO "mdm_profile_values" VALUES(1,4,3,6.47182983198997474616e-01);
INSERT INTO "mdm_profile_values" VALUES(1,4,8,0.0384859487826863);
INSERT INTO "mdm_profile_values" VALUES(1,4,13,0.0384859487826863);
INSERT INTO "mdm_profile_values" VALUES(1,4,15,0.0384859487826863);
INSERT INTO "mdm_profile_values" VALUES(1,5,0,1.38629436111989057245e+00);
INSERT INTO "mdm_profile_values" VALUES(1,5,1,1.21368511764882214265e+00);
INSERT INTO "mdm_profile_values" VALUES(1,5,3,6.36890966776177513963e-01);
INSERT INTO "mdm_profile_values" VALUES(1,5,8,-3.50188341843431505395e-02);
INSERT INTO "mdm_profile_values" VALUES(1,5,13,-3.50188341843431505395e-02);
INSERT INTO "mdm_profile_values" VALUES(1,5,15,-3.50188341843431505395e-02);
INSERT INTO "mdm_profile_values" VALUES(1,6,0,1.38629436111989057245e+00);
INSERT INTO "mdm_profile_values" VALUES(1,6,1,1.21368511764882192061e+00);
INSERT INTO "mdm_profile_values" VALUES(1,6,3,6.59020356964775899655e-01);
INSERT INTO "mdm_profile_values" VALUES(1,6,8,1.24437092087769041182e-01);
INSERT INTO "mdm_profile_values" VALUES(1,6,13,1.24437092087769041182e-01);
INSERT INTO "mdm_profile_values" VALUES(1,6,15,1.24437092087769041182e-01);
INSERT INTO "mdm_profile_values" VALUES(1,7,0,1.38629436111989057245e+00);
INSERT INTO "mdm_profile_values" VALUES(1,7,1,1.21368511764882192061e+00);
INSERT INTO "mdm_profile_values" VALUES(1,7,3,6.36890966776177291919e-01);
INSERT INTO "mdm_profile_values" VALUES(1,7,8,0.378589399101792);
INSERT INTO "mdm_profile_values" VALUES(1,7,13,1.47540338915143620646e-01);
INSERT INTO "mdm_profile_values" VALUES(1,7,15,1.47540338915143620646e-01);
INSERT INTO "mdm_profile_values" VALUES(2,4,0,1.38629436111989079449e+00);
INSERT INTO "mdm_profile_values" VALUES(2,4,1,1.21368511764882214265e+00);
INSERT INTO "mdm_profile_values" VALUES(2,4,3,0.574725720718008);
INSERT INTO "mdm_profile_values" VALUES(2,4,8,1.03995658811749880356e-01);
INSERT INTO "mdm_profile_values" VALUES(2,4,13,1.03995658811749880356e-01);
INSERT INTO "mdm_profile_values" VALUES(2,4,15,1.03995658811749880356e-01);
INSERT INTO "mdm_profile_values" VALUES(2,5,0,1.38629436111989057245e+00);
INSERT INTO "mdm_profile_values" VALUES(2,5,1,1.21368511764882192061e+00);
INSERT INTO "mdm_profile_values" VALUES(2,5,3,5.20537937088876634383e-01);
INSERT INTO "mdm_profile_values" VALUES(2,5,8,1.44518587894808092642e-01);
INSERT INTO "mdm_profile_values" VALUES(2,5,13,1.44518587894808092642e-01);
INSERT INTO "mdm_profile_values" VALUES(2,5,15,1.44518587894808092642e-01);
INSERT INTO "mdm_profile_values" VALUES(2,6,0,1.38629436111989079449e+00);
INSERT INTO "mdm_profile_values" VALUES(2,6,1,1.21368511764882214265e+00);
INSERT INTO "mdm_profile_values" VALUES(2,6,3,8.09262396723608112836e-01);
INSERT INTO "mdm_profile_values" VALUES(2,6,8,-8.661733789041936582e-02);
INSERT INTO "mdm_profile_values" VALUES(2,6,13,-8.661733789041936582e-02);
INSERT INTO "mdm_profile_values" VALUES(2,6,15,-8.661733789041936582e-02);
INSERT INTO "mdm_profile_values" VALUES(2,7,0,1.38629436111989057245e+00);
INSERT INTO "mdm_profile_values" VALUES(2,7,1,1.21368511764882192061e+00);
INSERT INTO "mdm_profile_values" VALUES(2,7,3,5.55736483954044180322e-01);
INSERT INTO "mdm_profile_values" VALUES(2,7,8,1.58479755160551016857e-01);
INSERT INTO "mdm_profile_values" VALUES(2,7,13,1.58479755160551016857e-01);
INSERT INTO "mdm_profile_values" VALUES(2,7,15,1.58479755160551016857e-01);
CREATE TABLE mdm_profiles (
	id INTEGER NOT NULL, 
	model_fingerprint VARCHAR(128) NOT NULL, 
	references_fingerprint VARCHAR(128) NOT NULL, 
	seed BIGINT NOT NULL, 
	boundaries INTEGER NOT NULL, 
	orders INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT uq_mdm_profiles UNIQUE (model_fingerprint, references_fingerprint, seed, boundaries, orders), 
	FOREIGN KEY(model_fingerprint) REFERENCES mdm_models (fingerprint)
);
INSERT INTO "mdm_profiles" VALUES(1,'enumerated:a2012cb30fdb22ba485ea226c2855b3b40a21a3b54fcc678fad06670392a038a','',0,6,0,'2026-12-01 02:22:11.949043');
INSERT INTO "mdm_profiles" VALUES(2,'enumerated:a2012cb30fdb22ba485ea226c2855b3b40a21a3b54fcc678fad06670392a038a','',0,6,1,'2026-12-01 02:22:11.969091');
CREATE TABLE mdm_samples (
	measurement_id INTEGER NOT NULL, 
	instance INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	prompt TEXT, 
	lines TEXT, 
	PRIMARY KEY (measurement_id, instance), 
	FOREIGN KEY(measurement_id) REFERENCES mdm_measurements (id) ON DELETE CASCADE
);
INSERT INTO "mdm_samples" VALUES(1,0,'2341143231244213',NULL,'["2 3 | 4 1", "1 4 | 3 2", "----+----", "3 1 | 2 4", "4 2 | 1 3"]');
INSERT INTO "mdm_samples" VALUES(1,1,'1143421243333441',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["3", true]], [["4", true], [" ", false], ["2", true], [" | ", false], ["1", false], [" ", false], ["2", true]], "----+----", [["4", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["3", true]], [["3", true], [" ", false], ["4", true], [" | ", false], ["4", true], [" ", false], ["1", false]]]');
INSERT INTO "mdm_samples" VALUES(1,2,'3412124343212134',NULL,'["3 4 | 1 2", "1 2 | 4 3", "----+----", "4 3 | 2 1", "2 1 | 3 4"]');
INSERT INTO "mdm_samples" VALUES(2,0,'2143431212343421',NULL,'["2 1 | 4 3", "4 3 | 1 2", "----+----", "1 2 | 3 4", "3 4 | 2 1"]');
INSERT INTO "mdm_samples" VALUES(2,1,'1423321441322341',NULL,'["1 4 | 2 3", "3 2 | 1 4", "----+----", "4 1 | 3 2", "2 3 | 4 1"]');
INSERT INTO "mdm_samples" VALUES(2,2,'3412124343212134',NULL,'["3 4 | 1 2", "1 2 | 4 3", "----+----", "4 3 | 2 1", "2 1 | 3 4"]');
INSERT INTO "mdm_samples" VALUES(3,0,'2142112432342422',NULL,'[[["2", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["2", true]], [["1", true], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["4", true]], "----+----", [["3", true], [" ", false], ["2", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["2", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(3,1,'1144421343333341',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["4", true]], [["4", true], [" ", false], ["2", false], [" | ", false], ["1", false], [" ", false], ["3", true]], "----+----", [["4", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["3", true]], [["3", true], [" ", false], ["3", true], [" | ", false], ["4", true], [" ", false], ["1", false]]]');
INSERT INTO "mdm_samples" VALUES(3,2,'3212444211213111',NULL,'[[["3", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["2", true]], [["4", true], [" ", false], ["4", true], [" | ", false], ["4", true], [" ", false], ["2", true]], "----+----", [["1", true], [" ", false], ["1", true], [" | ", false], ["2", false], [" ", false], ["1", true]], [["3", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(4,0,'2142112432342422',NULL,'[[["2", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["2", true]], [["1", true], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["4", true]], "----+----", [["3", true], [" ", false], ["2", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["2", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(4,1,'1423321441322341',NULL,'["1 4 | 2 3", "3 2 | 1 4", "----+----", "4 1 | 3 2", "2 3 | 4 1"]');
INSERT INTO "mdm_samples" VALUES(4,2,'2431134232144123',NULL,'["2 4 | 3 1", "1 3 | 4 2", "----+----", "3 2 | 1 4", "4 1 | 2 3"]');
INSERT INTO "mdm_samples" VALUES(5,0,'2143332212343422',NULL,'["2 1 | 4 3", [["3", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["2", true]], "----+----", "1 2 | 3 4", [["3", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(5,1,'1144421243333441',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["4", true]], [["4", true], [" ", false], ["2", true], [" | ", false], ["1", false], [" ", false], ["2", true]], "----+----", [["4", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["3", true]], [["3", true], [" ", false], ["4", true], [" | ", false], ["4", true], [" ", false], ["1", false]]]');
INSERT INTO "mdm_samples" VALUES(5,2,'4431134222134123',NULL,'[[["4", true], [" ", false], ["4", true], [" | ", false], ["3", false], [" ", false], ["1", false]], "1 3 | 4 2", "----+----", [["2", true], [" ", false], ["2", true], [" | ", false], ["1", false], [" ", false], ["3", true]], [["4", true], [" ", false], ["1", false], [" | ", false], ["2", false], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(6,0,'2143432132141432',NULL,'["2 1 | 4 3", "4 3 | 2 1", "----+----", "3 2 | 1 4", "1 4 | 3 2"]');
INSERT INTO "mdm_samples" VALUES(6,1,'1123321444322341',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["2", false], [" ", false], ["3", false]], "3 2 | 1 4", "----+----", [["4", true], [" ", false], ["4", true], [" | ", false], ["3", false], [" ", false], ["2", false]], "2 3 | 4 1"]');
INSERT INTO "mdm_samples" VALUES(6,2,'4431134222134123',NULL,'[[["4", true], [" ", false], ["4", true], [" | ", false], ["3", false], [" ", false], ["1", false]], "1 3 | 4 2", "----+----", [["2", true], [" ", false], ["2", true], [" | ", false], ["1", false], [" ", false], ["3", true]], [["4", true], [" ", false], ["1", false], [" | ", false], ["2", false], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(7,0,'2141112332343422',NULL,'[[["2", false], [" ", false], ["1", true], [" | ", false], ["4", false], [" ", false], ["1", true]], [["1", true], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["3", false]], "----+----", [["3", true], [" ", false], ["2", false], [" | ", false], ["3", true], [" ", false], ["4", false]], [["3", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(7,1,'1133321444332341',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["3", true], [" ", false], ["3", true]], "3 2 | 1 4", "----+----", [["4", true], [" ", false], ["4", true], [" | ", false], ["3", true], [" ", false], ["3", true]], "2 3 | 4 1"]');
INSERT INTO "mdm_samples" VALUES(7,2,'3421334222124122',NULL,'[[["3", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["1", false]], [["3", true], [" ", false], ["3", true], [" | ", false], ["4", false], [" ", false], ["2", true]], "----+----", [["2", true], [" ", false], ["2", true], [" | ", false], ["1", false], [" ", false], ["2", true]], [["4", false], [" ", false], ["1", false], [" | ", false], ["2", true], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(8,0,'2143332212343422',NULL,'["2 1 | 4 3", [["3", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["2", true]], "----+----", "1 2 | 3 4", [["3", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(8,1,'1123321444322341',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["2", false], [" ", false], ["3", false]], "3 2 | 1 4", "----+----", [["4", true], [" ", false], ["4", true], [" | ", false], ["3", false], [" ", false], ["2", false]], "2 3 | 4 1"]');
INSERT INTO "mdm_samples" VALUES(8,2,'4431134222134123',NULL,'[[["4", true], [" ", false], ["4", true], [" | ", false], ["3", false], [" ", false], ["1", false]], "1 3 | 4 2", "----+----", [["2", true], [" ", false], ["2", true], [" | ", false], ["1", false], [" ", false], ["3", true]], [["4", true], [" ", false], ["1", false], [" | ", false], ["2", false], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(9,0,'2143112442343422',NULL,'[[["2", false], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["3", false]], [["1", true], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["4", true]], "----+----", [["4", true], [" ", false], ["2", false], [" | ", false], ["3", false], [" ", false], ["4", true]], [["3", false], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(9,1,'1134421343222341',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["3", true], [" ", false], ["4", false]], [["4", true], [" ", false], ["2", false], [" | ", false], ["1", false], [" ", false], ["3", true]], "----+----", [["4", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["2", true]], [["2", false], [" ", false], ["3", true], [" | ", false], ["4", false], [" ", false], ["1", false]]]');
INSERT INTO "mdm_samples" VALUES(9,2,'4311334212113122',NULL,'[[["4", false], [" ", false], ["3", true], [" | ", false], ["1", true], [" ", false], ["1", true]], [["3", true], [" ", false], ["3", true], [" | ", false], ["4", false], [" ", false], ["2", true]], "----+----", [["1", true], [" ", false], ["2", false], [" | ", false], ["1", true], [" ", false], ["1", true]], [["3", true], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(10,0,'2142112431342422',NULL,'[[["2", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["2", true]], [["1", true], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["4", true]], "----+----", [["3", true], [" ", false], ["1", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["2", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(10,1,'1143421243333441',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["3", true]], [["4", true], [" ", false], ["2", true], [" | ", false], ["1", false], [" ", false], ["2", true]], "----+----", [["4", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["3", true]], [["3", true], [" ", false], ["4", true], [" | ", false], ["4", true], [" ", false], ["1", false]]]');
INSERT INTO "mdm_samples" VALUES(10,2,'3222444312213121',NULL,'[[["3", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["2", true]], [["4", true], [" ", false], ["4", true], [" | ", false], ["4", true], [" ", false], ["3", false]], "----+----", [["1", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["1", true]], [["3", true], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(13,0,'3412123441232341',NULL,'["3 4 | 1 2", "1 2 | 3 4", "----+----", "4 1 | 2 3", "2 3 | 4 1"]');
INSERT INTO "mdm_samples" VALUES(13,1,'1423231422414232',NULL,'["1 4 | 2 3", [["2", true], [" ", false], ["3", false], [" | ", false], ["1", false], [" ", false], ["4", false]], "----+----", [["2", true], [" ", false], ["2", true], [" | ", false], ["4", false], [" ", false], ["1", false]], [["4", false], [" ", false], ["2", true], [" | ", false], ["3", false], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(13,2,'1234341241232341',NULL,'["1 2 | 3 4", "3 4 | 1 2", "----+----", "4 1 | 2 3", "2 3 | 4 1"]');
INSERT INTO "mdm_samples" VALUES(13,3,'3421213443121243',NULL,'["3 4 | 2 1", "2 1 | 3 4", "----+----", "4 3 | 1 2", "1 2 | 4 3"]');
INSERT INTO "mdm_samples" VALUES(13,4,'4323111111114234',NULL,'[[["4", true], [" ", false], ["3", true], [" | ", false], ["2", false], [" ", false], ["3", true]], [["1", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["1", true]], "----+----", [["1", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["1", true]], [["4", true], [" ", false], ["2", false], [" | ", false], ["3", false], [" ", false], ["4", true]]]');
INSERT INTO "mdm_samples" VALUES(13,5,'4213134224313124',NULL,'["4 2 | 1 3", "1 3 | 4 2", "----+----", "2 4 | 3 1", "3 1 | 2 4"]');
INSERT INTO "mdm_samples" VALUES(13,6,'1241341243222134',NULL,'[[["1", true], [" ", false], ["2", false], [" | ", false], ["4", false], [" ", false], ["1", true]], [["3", false], [" ", false], ["4", false], [" | ", false], ["1", true], [" ", false], ["2", true]], "----+----", [["4", false], [" ", false], ["3", false], [" | ", false], ["2", true], [" ", false], ["2", true]], "2 1 | 3 4"]');
INSERT INTO "mdm_samples" VALUES(13,7,'2431312442131344',NULL,'["2 4 | 3 1", [["3", false], [" ", false], ["1", false], [" | ", false], ["2", false], [" ", false], ["4", true]], "----+----", "4 2 | 1 3", [["1", false], [" ", false], ["3", false], [" | ", false], ["4", true], [" ", false], ["4", true]]]');
INSERT INTO "mdm_samples" VALUES(13,8,'2144221322343413',NULL,'[[["2", true], [" ", false], ["1", false], [" | ", false], ["4", true], [" ", false], ["4", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["3", true]], "----+----", [["2", true], [" ", false], ["2", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["3", true], [" ", false], ["4", false], [" | ", false], ["1", true], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(13,9,'4213314213242431',NULL,'["4 2 | 1 3", "3 1 | 4 2", "----+----", "1 3 | 2 4", "2 4 | 3 1"]');
INSERT INTO "mdm_samples" VALUES(13,10,'3421123443122143',NULL,'["3 4 | 2 1", "1 2 | 3 4", "----+----", "4 3 | 1 2", "2 1 | 4 3"]');
INSERT INTO "mdm_samples" VALUES(13,11,'4132321423311432',NULL,'[[["4", false], [" ", false], ["1", false], [" | ", false], ["3", true], [" ", false], ["2", true]], "3 2 | 1 4", "----+----", [["2", false], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["1", false]], [["1", false], [" ", false], ["4", false], [" | ", false], ["3", true], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(13,12,'1234341221414123',NULL,'["1 2 | 3 4", "3 4 | 1 2", "----+----", [["2", false], [" ", false], ["1", true], [" | ", false], ["4", false], [" ", false], ["1", true]], [["4", false], [" ", false], ["1", true], [" | ", false], ["2", false], [" ", false], ["3", false]]]');
INSERT INTO "mdm_samples" VALUES(13,13,'4132321414232341',NULL,'["4 1 | 3 2", "3 2 | 1 4", "----+----", "1 4 | 2 3", "2 3 | 4 1"]');
INSERT INTO "mdm_samples" VALUES(13,14,'2214122314212134',NULL,'[[["2", true], [" ", false], ["2", true], [" | ", false], ["1", false], [" ", false], ["4", true]], [["1", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["3", false]], "----+----", [["1", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["1", true]], [["2", true], [" ", false], ["1", true], [" | ", false], ["3", false], [" ", false], ["4", true]]]');
INSERT INTO "mdm_samples" VALUES(13,15,'1143342143121134',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["4", false], [" ", false], ["3", false]], "3 4 | 2 1", "----+----", "4 3 | 1 2", [["1", true], [" ", false], ["1", true], [" | ", false], ["3", false], [" ", false], ["4", false]]]');
INSERT INTO "mdm_samples" VALUES(14,0,'2234222432341331',NULL,'[[["2", true], [" ", false], ["2", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["4", true]], "----+----", [["3", true], [" ", false], ["2", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["1", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(14,1,'1323131322214323',NULL,'[[["1", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["3", true]], [["1", true], [" ", false], ["3", true], [" | ", false], ["1", true], [" ", false], ["3", true]], "----+----", [["2", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["1", false]], [["4", false], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(14,2,'1423232144223411',NULL,'[[["1", false], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["3", false]], [["2", true], [" ", false], ["3", false], [" | ", false], ["2", true], [" ", false], ["1", true]], "----+----", [["4", true], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["2", true]], [["3", false], [" ", false], ["4", true], [" | ", false], ["1", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(14,3,'3421213443121243',NULL,'["3 4 | 2 1", "2 1 | 3 4", "----+----", "4 3 | 1 2", "1 2 | 4 3"]');
INSERT INTO "mdm_samples" VALUES(14,4,'4223111111114224',NULL,'[[["4", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["3", false]], [["1", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["1", true]], "----+----", [["1", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["1", true]], [["4", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["4", true]]]');
INSERT INTO "mdm_samples" VALUES(14,5,'4213134224313124',NULL,'["4 2 | 1 3", "1 3 | 4 2", "----+----", "2 4 | 3 1", "3 1 | 2 4"]');
INSERT INTO "mdm_samples" VALUES(14,6,'1243342143122134',NULL,'["1 2 | 4 3", "3 4 | 2 1", "----+----", "4 3 | 1 2", "2 1 | 3 4"]');
INSERT INTO "mdm_samples" VALUES(14,7,'2322221331122234',NULL,'[[["2", true], [" ", false], ["3", false], [" | ", false], ["2", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["3", false]], "----+----", [["3", false], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["3", false], [" ", false], ["4", false]]]');
INSERT INTO "mdm_samples" VALUES(14,8,'1342421321343421',NULL,'["1 3 | 4 2", "4 2 | 1 3", "----+----", "2 1 | 3 4", "3 4 | 2 1"]');
INSERT INTO "mdm_samples" VALUES(14,9,'4132231414233241',NULL,'["4 1 | 3 2", "2 3 | 1 4", "----+----", "1 4 | 2 3", "3 2 | 4 1"]');
INSERT INTO "mdm_samples" VALUES(14,10,'3421123443122143',NULL,'["3 4 | 2 1", "1 2 | 3 4", "----+----", "4 3 | 1 2", "2 1 | 4 3"]');
INSERT INTO "mdm_samples" VALUES(14,11,'4141221141213421',NULL,'[[["4", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["1", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["1", true]], "----+----", [["4", true], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["1", true]], [["3", false], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(14,12,'1234341221434321',NULL,'["1 2 | 3 4", "3 4 | 1 2", "----+----", "2 1 | 4 3", "4 3 | 2 1"]');
INSERT INTO "mdm_samples" VALUES(14,13,'1342421324313124',NULL,'["1 3 | 4 2", "4 2 | 1 3", "----+----", "2 4 | 3 1", "3 1 | 2 4"]');
INSERT INTO "mdm_samples" VALUES(14,14,'3214412324311342',NULL,'["3 2 | 1 4", "4 1 | 2 3", "----+----", "2 4 | 3 1", "1 3 | 4 2"]');
INSERT INTO "mdm_samples" VALUES(14,15,'1112332243211142',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["2", true]], [["3", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["2", true]], "----+----", [["4", false], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["1", false]], [["1", true], [" ", false], ["1", true], [" | ", false], ["4", false], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(15,0,'2234122432331331',NULL,'[[["2", true], [" ", false], ["2", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["1", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["4", true]], "----+----", [["3", true], [" ", false], ["2", true], [" | ", false], ["3", true], [" ", false], ["3", true]], [["1", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(15,1,'1323131422214323',NULL,'[[["1", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["3", true]], [["1", true], [" ", false], ["3", true], [" | ", false], ["1", true], [" ", false], ["4", false]], "----+----", [["2", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["1", false]], [["4", false], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(15,2,'2423342144221411',NULL,'[[["2", true], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["3", false]], [["3", false], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["1", true]], "----+----", [["4", true], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["2", true]], [["1", true], [" ", false], ["4", true], [" | ", false], ["1", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(15,3,'3421213443121243',NULL,'["3 4 | 2 1", "2 1 | 3 4", "----+----", "4 3 | 1 2", "1 2 | 4 3"]');
INSERT INTO "mdm_samples" VALUES(15,4,'3323111111414234',NULL,'[[["3", true], [" ", false], ["3", true], [" | ", false], ["2", false], [" ", false], ["3", true]], [["1", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["1", true]], "----+----", [["1", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["1", true]], [["4", true], [" ", false], ["2", false], [" | ", false], ["3", false], [" ", false], ["4", true]]]');
INSERT INTO "mdm_samples" VALUES(15,5,'4213134224313124',NULL,'["4 2 | 1 3", "1 3 | 4 2", "----+----", "2 4 | 3 1", "3 1 | 2 4"]');
INSERT INTO "mdm_samples" VALUES(15,6,'1243342143122134',NULL,'["1 2 | 4 3", "3 4 | 2 1", "----+----", "4 3 | 1 2", "2 1 | 3 4"]');
INSERT INTO "mdm_samples" VALUES(15,7,'2312221331121234',NULL,'[[["2", true], [" ", false], ["3", false], [" | ", false], ["1", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["3", false]], "----+----", [["3", false], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["2", true]], [["1", true], [" ", false], ["2", true], [" | ", false], ["3", false], [" ", false], ["4", false]]]');
INSERT INTO "mdm_samples" VALUES(15,8,'2144211323441413',NULL,'[[["2", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["4", true]], [["2", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["3", true]], "----+----", [["2", true], [" ", false], ["3", false], [" | ", false], ["4", true], [" ", false], ["4", true]], [["1", true], [" ", false], ["4", false], [" | ", false], ["1", true], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(15,9,'4123321414322341',NULL,'["4 1 | 2 3", "3 2 | 1 4", "----+----", "1 4 | 3 2", "2 3 | 4 1"]');
INSERT INTO "mdm_samples" VALUES(15,10,'4121122323322142',NULL,'[[["4", false], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["1", true]], [["1", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["3", false]], "----+----", [["2", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["1", true], [" | ", false], ["4", false], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(15,11,'4141331141213421',NULL,'[[["4", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["1", true]], [["3", true], [" ", false], ["3", true], [" | ", false], ["1", true], [" ", false], ["1", true]], "----+----", [["4", true], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["1", true]], [["3", true], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(15,12,'1133242223424123',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["3", true], [" ", false], ["3", true]], [["2", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["2", true]], "----+----", [["2", true], [" ", false], ["3", false], [" | ", false], ["4", false], [" ", false], ["2", true]], [["4", false], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(15,13,'1342421324313124',NULL,'["1 3 | 4 2", "4 2 | 1 3", "----+----", "2 4 | 3 1", "3 1 | 2 4"]');
INSERT INTO "mdm_samples" VALUES(15,14,'2214121314212134',NULL,'[[["2", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["4", true]], [["1", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["3", false]], "----+----", [["1", true], [" ", false], ["4", false], [" | ", false], ["2", false], [" ", false], ["1", true]], [["2", true], [" ", false], ["1", true], [" | ", false], ["3", false], [" ", false], ["4", true]]]');
INSERT INTO "mdm_samples" VALUES(15,15,'1243332143112132',NULL,'["1 2 | 4 3", [["3", true], [" ", false], ["3", true], [" | ", false], ["2", false], [" ", false], ["1", true]], "----+----", [["4", false], [" ", false], ["3", true], [" | ", false], ["1", true], [" ", false], ["1", true]], [["2", true], [" ", false], ["1", false], [" | ", false], ["3", false], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(16,0,'2234222432341331',NULL,'[[["2", true], [" ", false], ["2", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["4", true]], "----+----", [["3", true], [" ", false], ["2", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["1", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(16,1,'1323131322214323',NULL,'[[["1", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["3", true]], [["1", true], [" ", false], ["3", true], [" | ", false], ["1", true], [" ", false], ["3", true]], "----+----", [["2", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["1", false]], [["4", false], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(16,2,'2423332144222411',NULL,'[[["2", true], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["3", false]], [["3", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["1", true]], "----+----", [["4", true], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["4", true], [" | ", false], ["1", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(16,3,'4321213434121243',NULL,'["4 3 | 2 1", "2 1 | 3 4", "----+----", "3 4 | 1 2", "1 2 | 4 3"]');
INSERT INTO "mdm_samples" VALUES(16,4,'4223111111114224',NULL,'[[["4", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["3", false]], [["1", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["1", true]], "----+----", [["1", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["1", true]], [["4", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["4", true]]]');
INSERT INTO "mdm_samples" VALUES(16,5,'4213134224313124',NULL,'["4 2 | 1 3", "1 3 | 4 2", "----+----", "2 4 | 3 1", "3 1 | 2 4"]');
INSERT INTO "mdm_samples" VALUES(16,6,'1243342143122134',NULL,'["1 2 | 4 3", "3 4 | 2 1", "----+----", "4 3 | 1 2", "2 1 | 3 4"]');
INSERT INTO "mdm_samples" VALUES(16,7,'2322221331122234',NULL,'[[["2", true], [" ", false], ["3", false], [" | ", false], ["2", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["3", false]], "----+----", [["3", false], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["3", false], [" ", false], ["4", false]]]');
INSERT INTO "mdm_samples" VALUES(16,8,'2144231323341413',NULL,'[[["2", true], [" ", false], ["1", false], [" | ", false], ["4", true], [" ", false], ["4", true]], [["2", true], [" ", false], ["3", true], [" | ", false], ["1", true], [" ", false], ["3", true]], "----+----", [["2", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["1", true], [" ", false], ["4", false], [" | ", false], ["1", true], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(16,9,'4132231414233241',NULL,'["4 1 | 3 2", "2 3 | 1 4", "----+----", "1 4 | 2 3", "3 2 | 4 1"]');
INSERT INTO "mdm_samples" VALUES(16,10,'4121122323322142',NULL,'[[["4", false], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["1", true]], [["1", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["3", false]], "----+----", [["2", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["1", true], [" | ", false], ["4", false], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(16,11,'4141221141213421',NULL,'[[["4", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["1", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["1", true]], "----+----", [["4", true], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["1", true]], [["3", false], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(16,12,'1133242223424123',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["3", true], [" ", false], ["3", true]], [["2", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["2", true]], "----+----", [["2", true], [" ", false], ["3", false], [" | ", false], ["4", false], [" ", false], ["2", true]], [["4", false], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(16,13,'2342212424314311',NULL,'[[["2", true], [" ", false], ["3", true], [" | ", false], ["4", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["1", false], [" | ", false], ["2", true], [" ", false], ["4", true]], "----+----", [["2", true], [" ", false], ["4", true], [" | ", false], ["3", false], [" ", false], ["1", true]], [["4", true], [" ", false], ["3", true], [" | ", false], ["1", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(16,14,'2214121314212134',NULL,'[[["2", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["4", true]], [["1", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["3", false]], "----+----", [["1", true], [" ", false], ["4", false], [" | ", false], ["2", false], [" ", false], ["1", true]], [["2", true], [" ", false], ["1", true], [" | ", false], ["3", false], [" ", false], ["4", true]]]');
INSERT INTO "mdm_samples" VALUES(16,15,'1112332243211142',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["2", true]], [["3", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["2", true]], "----+----", [["4", false], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["1", false]], [["1", true], [" ", false], ["1", true], [" | ", false], ["4", false], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(19,0,'2234222432341331',NULL,'[[["2", true], [" ", false], ["2", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["4", true]], "----+----", [["3", true], [" ", false], ["2", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["1", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(19,1,'1323131322214323',NULL,'[[["1", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["3", true]], [["1", true], [" ", false], ["3", true], [" | ", false], ["1", true], [" ", false], ["3", true]], "----+----", [["2", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["1", false]], [["4", false], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(19,2,'2423332144222411',NULL,'[[["2", true], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["3", false]], [["3", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["1", true]], "----+----", [["4", true], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["4", true], [" | ", false], ["1", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(19,3,'4321213434121243',NULL,'["4 3 | 2 1", "2 1 | 3 4", "----+----", "3 4 | 1 2", "1 2 | 4 3"]');
INSERT INTO "mdm_samples" VALUES(19,4,'4223111111114224',NULL,'[[["4", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["3", false]], [["1", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["1", true]], "----+----", [["1", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["1", true]], [["4", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["4", true]]]');
INSERT INTO "mdm_samples" VALUES(19,5,'4213134224313124',NULL,'["4 2 | 1 3", "1 3 | 4 2", "----+----", "2 4 | 3 1", "3 1 | 2 4"]');
INSERT INTO "mdm_samples" VALUES(19,6,'1243342143122134',NULL,'["1 2 | 4 3", "3 4 | 2 1", "----+----", "4 3 | 1 2", "2 1 | 3 4"]');
INSERT INTO "mdm_samples" VALUES(19,7,'2322221331122234',NULL,'[[["2", true], [" ", false], ["3", false], [" | ", false], ["2", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["3", false]], "----+----", [["3", false], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["3", false], [" ", false], ["4", false]]]');
INSERT INTO "mdm_samples" VALUES(19,8,'2144231323341413',NULL,'[[["2", true], [" ", false], ["1", false], [" | ", false], ["4", true], [" ", false], ["4", true]], [["2", true], [" ", false], ["3", true], [" | ", false], ["1", true], [" ", false], ["3", true]], "----+----", [["2", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["1", true], [" ", false], ["4", false], [" | ", false], ["1", true], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(19,9,'4132231414233241',NULL,'["4 1 | 3 2", "2 3 | 1 4", "----+----", "1 4 | 2 3", "3 2 | 4 1"]');
INSERT INTO "mdm_samples" VALUES(19,10,'4121122323322142',NULL,'[[["4", false], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["1", true]], [["1", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["3", false]], "----+----", [["2", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["1", true], [" | ", false], ["4", false], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(19,11,'4141221141213421',NULL,'[[["4", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["1", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["1", true]], "----+----", [["4", true], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["1", true]], [["3", false], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(19,12,'1133242223424123',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["3", true], [" ", false], ["3", true]], [["2", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["2", true]], "----+----", [["2", true], [" ", false], ["3", false], [" | ", false], ["4", false], [" ", false], ["2", true]], [["4", false], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(19,13,'2342212424314311',NULL,'[[["2", true], [" ", false], ["3", true], [" | ", false], ["4", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["1", false], [" | ", false], ["2", true], [" ", false], ["4", true]], "----+----", [["2", true], [" ", false], ["4", true], [" | ", false], ["3", false], [" ", false], ["1", true]], [["4", true], [" ", false], ["3", true], [" | ", false], ["1", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(19,14,'2214121314212134',NULL,'[[["2", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["4", true]], [["1", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["3", false]], "----+----", [["1", true], [" ", false], ["4", false], [" | ", false], ["2", false], [" ", false], ["1", true]], [["2", true], [" ", false], ["1", true], [" | ", false], ["3", false], [" ", false], ["4", true]]]');
INSERT INTO "mdm_samples" VALUES(19,15,'1112332243211142',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["2", true]], [["3", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["2", true]], "----+----", [["4", false], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["1", false]], [["1", true], [" ", false], ["1", true], [" | ", false], ["4", false], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(20,0,'2234222432341331',NULL,'[[["2", true], [" ", false], ["2", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["4", true]], "----+----", [["3", true], [" ", false], ["2", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["1", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(20,1,'1323131322214323',NULL,'[[["1", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["3", true]], [["1", true], [" ", false], ["3", true], [" | ", false], ["1", true], [" ", false], ["3", true]], "----+----", [["2", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["1", false]], [["4", false], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(20,2,'2423332144222411',NULL,'[[["2", true], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["3", false]], [["3", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["1", true]], "----+----", [["4", true], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["4", true], [" | ", false], ["1", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(20,3,'4321213434121243',NULL,'["4 3 | 2 1", "2 1 | 3 4", "----+----", "3 4 | 1 2", "1 2 | 4 3"]');
INSERT INTO "mdm_samples" VALUES(20,4,'4223111111114224',NULL,'[[["4", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["3", false]], [["1", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["1", true]], "----+----", [["1", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["1", true]], [["4", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["4", true]]]');
INSERT INTO "mdm_samples" VALUES(20,5,'4213134224313124',NULL,'["4 2 | 1 3", "1 3 | 4 2", "----+----", "2 4 | 3 1", "3 1 | 2 4"]');
INSERT INTO "mdm_samples" VALUES(20,6,'1243342143122134',NULL,'["1 2 | 4 3", "3 4 | 2 1", "----+----", "4 3 | 1 2", "2 1 | 3 4"]');
INSERT INTO "mdm_samples" VALUES(20,7,'2322221331122234',NULL,'[[["2", true], [" ", false], ["3", false], [" | ", false], ["2", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["3", false]], "----+----", [["3", false], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["3", false], [" ", false], ["4", false]]]');
INSERT INTO "mdm_samples" VALUES(20,8,'2144231323341413',NULL,'[[["2", true], [" ", false], ["1", false], [" | ", false], ["4", true], [" ", false], ["4", true]], [["2", true], [" ", false], ["3", true], [" | ", false], ["1", true], [" ", false], ["3", true]], "----+----", [["2", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["1", true], [" ", false], ["4", false], [" | ", false], ["1", true], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(20,9,'4132231414233241',NULL,'["4 1 | 3 2", "2 3 | 1 4", "----+----", "1 4 | 2 3", "3 2 | 4 1"]');
INSERT INTO "mdm_samples" VALUES(20,10,'4121122323322142',NULL,'[[["4", false], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["1", true]], [["1", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["3", false]], "----+----", [["2", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["1", true], [" | ", false], ["4", false], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(20,11,'4141221141213421',NULL,'[[["4", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["1", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["1", true]], "----+----", [["4", true], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["1", true]], [["3", false], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(20,12,'1133242223424123',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["3", true], [" ", false], ["3", true]], [["2", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["2", true]], "----+----", [["2", true], [" ", false], ["3", false], [" | ", false], ["4", false], [" ", false], ["2", true]], [["4", false], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(20,13,'2342212424314311',NULL,'[[["2", true], [" ", false], ["3", true], [" | ", false], ["4", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["1", false], [" | ", false], ["2", true], [" ", false], ["4", true]], "----+----", [["2", true], [" ", false], ["4", true], [" | ", false], ["3", false], [" ", false], ["1", true]], [["4", true], [" ", false], ["3", true], [" | ", false], ["1", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(20,14,'2214121314212134',NULL,'[[["2", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["4", true]], [["1", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["3", false]], "----+----", [["1", true], [" ", false], ["4", false], [" | ", false], ["2", false], [" ", false], ["1", true]], [["2", true], [" ", false], ["1", true], [" | ", false], ["3", false], [" ", false], ["4", true]]]');
INSERT INTO "mdm_samples" VALUES(20,15,'1112332243211142',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["2", true]], [["3", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["2", true]], "----+----", [["4", false], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["1", false]], [["1", true], [" ", false], ["1", true], [" | ", false], ["4", false], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(21,0,'2234222432341331',NULL,'[[["2", true], [" ", false], ["2", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["4", true]], "----+----", [["3", true], [" ", false], ["2", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["1", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(21,1,'1323131322214323',NULL,'[[["1", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["3", true]], [["1", true], [" ", false], ["3", true], [" | ", false], ["1", true], [" ", false], ["3", true]], "----+----", [["2", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["1", false]], [["4", false], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(21,2,'1424242144222411',NULL,'[[["1", false], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["4", true]], [["2", true], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["1", true]], "----+----", [["4", true], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["4", true], [" | ", false], ["1", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(21,3,'3131213444424242',NULL,'[[["3", true], [" ", false], ["1", true], [" | ", false], ["3", true], [" ", false], ["1", true]], [["2", false], [" ", false], ["1", true], [" | ", false], ["3", true], [" ", false], ["4", false]], "----+----", [["4", true], [" ", false], ["4", true], [" | ", false], ["4", true], [" ", false], ["2", true]], [["4", true], [" ", false], ["2", true], [" | ", false], ["4", true], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(21,4,'4323111111114234',NULL,'[[["4", true], [" ", false], ["3", true], [" | ", false], ["2", false], [" ", false], ["3", true]], [["1", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["1", true]], "----+----", [["1", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["1", true]], [["4", true], [" ", false], ["2", false], [" | ", false], ["3", false], [" ", false], ["4", true]]]');
INSERT INTO "mdm_samples" VALUES(21,5,'4233311321314123',NULL,'[[["4", true], [" ", false], ["2", false], [" | ", false], ["3", true], [" ", false], ["3", true]], [["3", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["3", true]], "----+----", [["2", false], [" ", false], ["1", true], [" | ", false], ["3", true], [" ", false], ["1", true]], [["4", true], [" ", false], ["1", true], [" | ", false], ["2", false], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(21,6,'1211441243424331',NULL,'[[["1", true], [" ", false], ["2", false], [" | ", false], ["1", true], [" ", false], ["1", true]], [["4", true], [" ", false], ["4", true], [" | ", false], ["1", true], [" ", false], ["2", true]], "----+----", [["4", true], [" ", false], ["3", true], [" | ", false], ["4", true], [" ", false], ["2", true]], [["4", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(21,7,'2322221331122234',NULL,'[[["2", true], [" ", false], ["3", false], [" | ", false], ["2", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["3", false]], "----+----", [["3", false], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["3", false], [" ", false], ["4", false]]]');
INSERT INTO "mdm_samples" VALUES(21,8,'2144221322341413',NULL,'[[["2", true], [" ", false], ["1", false], [" | ", false], ["4", true], [" ", false], ["4", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["3", true]], "----+----", [["2", true], [" ", false], ["2", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["1", true], [" ", false], ["4", false], [" | ", false], ["1", true], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(21,9,'4113222213221121',NULL,'[[["4", false], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["3", false]], [["2", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["2", true]], "----+----", [["1", true], [" ", false], ["3", false], [" | ", false], ["2", true], [" ", false], ["2", true]], [["1", true], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(21,10,'4121122323322142',NULL,'[[["4", false], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["1", true]], [["1", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["3", false]], "----+----", [["2", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["1", true], [" | ", false], ["4", false], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(21,11,'4141231141213421',NULL,'[[["4", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["1", true]], [["2", false], [" ", false], ["3", false], [" | ", false], ["1", true], [" ", false], ["1", true]], "----+----", [["4", true], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["1", true]], [["3", false], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(21,12,'1232241222424123',NULL,'[[["1", false], [" ", false], ["2", true], [" | ", false], ["3", false], [" ", false], ["2", true]], [["2", true], [" ", false], ["4", false], [" | ", false], ["1", false], [" ", false], ["2", true]], "----+----", [["2", true], [" ", false], ["2", true], [" | ", false], ["4", false], [" ", false], ["2", true]], [["4", false], [" ", false], ["1", false], [" | ", false], ["2", true], [" ", false], ["3", false]]]');
INSERT INTO "mdm_samples" VALUES(21,13,'2342211424214311',NULL,'[[["2", true], [" ", false], ["3", true], [" | ", false], ["4", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["4", true]], "----+----", [["2", true], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["1", true]], [["4", true], [" ", false], ["3", true], [" | ", false], ["1", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(21,14,'2214122314212134',NULL,'[[["2", true], [" ", false], ["2", true], [" | ", false], ["1", false], [" ", false], ["4", true]], [["1", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["3", false]], "----+----", [["1", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["1", true]], [["2", true], [" ", false], ["1", true], [" | ", false], ["3", false], [" ", false], ["4", true]]]');
INSERT INTO "mdm_samples" VALUES(21,15,'1113332143111142',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["3", false]], [["3", true], [" ", false], ["3", true], [" | ", false], ["2", false], [" ", false], ["1", true]], "----+----", [["4", false], [" ", false], ["3", true], [" | ", false], ["1", true], [" ", false], ["1", true]], [["1", true], [" ", false], ["1", true], [" | ", false], ["4", false], [" ", false], ["2", false]]]');
INSERT INTO "mdm_samples" VALUES(22,0,'2234222432341331',NULL,'[[["2", true], [" ", false], ["2", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["4", true]], "----+----", [["3", true], [" ", false], ["2", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["1", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(22,1,'1323131322214323',NULL,'[[["1", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["3", true]], [["1", true], [" ", false], ["3", true], [" | ", false], ["1", true], [" ", false], ["3", true]], "----+----", [["2", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["1", false]], [["4", false], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(22,2,'2423332144222411',NULL,'[[["2", true], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["3", false]], [["3", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["1", true]], "----+----", [["4", true], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["4", true], [" | ", false], ["1", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(22,3,'2131212334424242',NULL,'[[["2", true], [" ", false], ["1", true], [" | ", false], ["3", true], [" ", false], ["1", true]], [["2", true], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["3", true]], "----+----", [["3", false], [" ", false], ["4", true], [" | ", false], ["4", true], [" ", false], ["2", true]], [["4", true], [" ", false], ["2", true], [" | ", false], ["4", true], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(22,4,'4223111111114224',NULL,'[[["4", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["3", false]], [["1", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["1", true]], "----+----", [["1", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["1", true]], [["4", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["4", true]]]');
INSERT INTO "mdm_samples" VALUES(22,5,'4223311311313123',NULL,'[[["4", false], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["3", true]], [["3", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["3", true]], "----+----", [["1", true], [" ", false], ["1", true], [" | ", false], ["3", true], [" ", false], ["1", true]], [["3", true], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(22,6,'1211441243434331',NULL,'[[["1", true], [" ", false], ["2", false], [" | ", false], ["1", true], [" ", false], ["1", true]], [["4", true], [" ", false], ["4", true], [" | ", false], ["1", true], [" ", false], ["2", false]], "----+----", [["4", true], [" ", false], ["3", true], [" | ", false], ["4", true], [" ", false], ["3", true]], [["4", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(22,7,'2322221331122234',NULL,'[[["2", true], [" ", false], ["3", false], [" | ", false], ["2", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["3", false]], "----+----", [["3", false], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["3", false], [" ", false], ["4", false]]]');
INSERT INTO "mdm_samples" VALUES(22,8,'2144231323341413',NULL,'[[["2", true], [" ", false], ["1", false], [" | ", false], ["4", true], [" ", false], ["4", true]], [["2", true], [" ", false], ["3", true], [" | ", false], ["1", true], [" ", false], ["3", true]], "----+----", [["2", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["1", true], [" ", false], ["4", false], [" | ", false], ["1", true], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(22,9,'4133322113221121',NULL,'[[["4", false], [" ", false], ["1", true], [" | ", false], ["3", true], [" ", false], ["3", true]], [["3", false], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["1", true]], "----+----", [["1", true], [" ", false], ["3", false], [" | ", false], ["2", true], [" ", false], ["2", true]], [["1", true], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(22,10,'4111222321322142',NULL,'[[["4", false], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["1", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["3", false]], "----+----", [["2", true], [" ", false], ["1", true], [" | ", false], ["3", false], [" ", false], ["2", true]], [["2", true], [" ", false], ["1", true], [" | ", false], ["4", false], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(22,11,'4141221141213421',NULL,'[[["4", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["1", true]], [["2", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["1", true]], "----+----", [["4", true], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["1", true]], [["3", false], [" ", false], ["4", true], [" | ", false], ["2", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(22,12,'1133242223424123',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["3", true], [" ", false], ["3", true]], [["2", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["2", true]], "----+----", [["2", true], [" ", false], ["3", false], [" | ", false], ["4", false], [" ", false], ["2", true]], [["4", false], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(22,13,'2342212424314311',NULL,'[[["2", true], [" ", false], ["3", true], [" | ", false], ["4", true], [" ", false], ["2", true]], [["2", true], [" ", false], ["1", false], [" | ", false], ["2", true], [" ", false], ["4", true]], "----+----", [["2", true], [" ", false], ["4", true], [" | ", false], ["3", false], [" ", false], ["1", true]], [["4", true], [" ", false], ["3", true], [" | ", false], ["1", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(22,14,'2214121314212134',NULL,'[[["2", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["4", true]], [["1", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["3", false]], "----+----", [["1", true], [" ", false], ["4", false], [" | ", false], ["2", false], [" ", false], ["1", true]], [["2", true], [" ", false], ["1", true], [" | ", false], ["3", false], [" ", false], ["4", true]]]');
INSERT INTO "mdm_samples" VALUES(22,15,'1112332243211142',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["2", true]], [["3", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["2", true]], "----+----", [["4", false], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["1", false]], [["1", true], [" ", false], ["1", true], [" | ", false], ["4", false], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(23,0,'2341143231244213',NULL,'["2 3 | 4 1", "1 4 | 3 2", "----+----", "3 1 | 2 4", "4 2 | 1 3"]');
INSERT INTO "mdm_samples" VALUES(23,1,'1143421243333441',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["3", true]], [["4", true], [" ", false], ["2", true], [" | ", false], ["1", false], [" ", false], ["2", true]], "----+----", [["4", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["3", true]], [["3", true], [" ", false], ["4", true], [" | ", false], ["4", true], [" ", false], ["1", false]]]');
INSERT INTO "mdm_samples" VALUES(23,2,'3412124343212134',NULL,'["3 4 | 1 2", "1 2 | 4 3", "----+----", "4 3 | 2 1", "2 1 | 3 4"]');
INSERT INTO "mdm_samples" VALUES(24,0,'2143431212343421',NULL,'["2 1 | 4 3", "4 3 | 1 2", "----+----", "1 2 | 3 4", "3 4 | 2 1"]');
INSERT INTO "mdm_samples" VALUES(24,1,'1423321441322341',NULL,'["1 4 | 2 3", "3 2 | 1 4", "----+----", "4 1 | 3 2", "2 3 | 4 1"]');
INSERT INTO "mdm_samples" VALUES(24,2,'3412124343212134',NULL,'["3 4 | 1 2", "1 2 | 4 3", "----+----", "4 3 | 2 1", "2 1 | 3 4"]');
INSERT INTO "mdm_samples" VALUES(25,0,'2142112432342422',NULL,'[[["2", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["2", true]], [["1", true], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["4", true]], "----+----", [["3", true], [" ", false], ["2", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["2", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(25,1,'1144421343333341',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["4", true]], [["4", true], [" ", false], ["2", false], [" | ", false], ["1", false], [" ", false], ["3", true]], "----+----", [["4", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["3", true]], [["3", true], [" ", false], ["3", true], [" | ", false], ["4", true], [" ", false], ["1", false]]]');
INSERT INTO "mdm_samples" VALUES(25,2,'3212444211213111',NULL,'[[["3", true], [" ", false], ["2", true], [" | ", false], ["1", true], [" ", false], ["2", true]], [["4", true], [" ", false], ["4", true], [" | ", false], ["4", true], [" ", false], ["2", true]], "----+----", [["1", true], [" ", false], ["1", true], [" | ", false], ["2", false], [" ", false], ["1", true]], [["3", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(26,0,'2142112432342422',NULL,'[[["2", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["2", true]], [["1", true], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["4", true]], "----+----", [["3", true], [" ", false], ["2", true], [" | ", false], ["3", true], [" ", false], ["4", true]], [["2", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(26,1,'1423321441322341',NULL,'["1 4 | 2 3", "3 2 | 1 4", "----+----", "4 1 | 3 2", "2 3 | 4 1"]');
INSERT INTO "mdm_samples" VALUES(26,2,'2431134232144123',NULL,'["2 4 | 3 1", "1 3 | 4 2", "----+----", "3 2 | 1 4", "4 1 | 2 3"]');
INSERT INTO "mdm_samples" VALUES(27,0,'2143332212343422',NULL,'["2 1 | 4 3", [["3", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["2", true]], "----+----", "1 2 | 3 4", [["3", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(27,1,'1144421243333441',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["4", true]], [["4", true], [" ", false], ["2", true], [" | ", false], ["1", false], [" ", false], ["2", true]], "----+----", [["4", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["3", true]], [["3", true], [" ", false], ["4", true], [" | ", false], ["4", true], [" ", false], ["1", false]]]');
INSERT INTO "mdm_samples" VALUES(27,2,'4431134222134123',NULL,'[[["4", true], [" ", false], ["4", true], [" | ", false], ["3", false], [" ", false], ["1", false]], "1 3 | 4 2", "----+----", [["2", true], [" ", false], ["2", true], [" | ", false], ["1", false], [" ", false], ["3", true]], [["4", true], [" ", false], ["1", false], [" | ", false], ["2", false], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(28,0,'2142332412342422',NULL,'[[["2", true], [" ", false], ["1", false], [" | ", false], ["4", true], [" ", false], ["2", true]], [["3", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["4", true]], "----+----", [["1", false], [" ", false], ["2", true], [" | ", false], ["3", false], [" ", false], ["4", true]], [["2", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(28,1,'1144421243333441',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["4", true]], [["4", true], [" ", false], ["2", true], [" | ", false], ["1", false], [" ", false], ["2", true]], "----+----", [["4", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["3", true]], [["3", true], [" ", false], ["4", true], [" | ", false], ["4", true], [" ", false], ["1", false]]]');
INSERT INTO "mdm_samples" VALUES(28,2,'3222444212213111',NULL,'[[["3", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["2", true]], [["4", true], [" ", false], ["4", true], [" | ", false], ["4", true], [" ", false], ["2", true]], "----+----", [["1", true], [" ", false], ["2", true], [" | ", false], ["2", true], [" ", false], ["1", true]], [["3", true], [" ", false], ["1", true], [" | ", false], ["1", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(29,0,'2143432132141432',NULL,'["2 1 | 4 3", "4 3 | 2 1", "----+----", "3 2 | 1 4", "1 4 | 3 2"]');
INSERT INTO "mdm_samples" VALUES(29,1,'1143421243333441',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["3", true]], [["4", true], [" ", false], ["2", true], [" | ", false], ["1", false], [" ", false], ["2", true]], "----+----", [["4", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["3", true]], [["3", true], [" ", false], ["4", true], [" | ", false], ["4", true], [" ", false], ["1", false]]]');
INSERT INTO "mdm_samples" VALUES(29,2,'4213134234212134',NULL,'["4 2 | 1 3", "1 3 | 4 2", "----+----", "3 4 | 2 1", "2 1 | 3 4"]');
INSERT INTO "mdm_samples" VALUES(30,0,'2143332212343422',NULL,'["2 1 | 4 3", [["3", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["2", true]], "----+----", "1 2 | 3 4", [["3", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(30,1,'1144421243333441',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["4", true], [" ", false], ["4", true]], [["4", true], [" ", false], ["2", true], [" | ", false], ["1", false], [" ", false], ["2", true]], "----+----", [["4", true], [" ", false], ["3", true], [" | ", false], ["3", true], [" ", false], ["3", true]], [["3", true], [" ", false], ["4", true], [" | ", false], ["4", true], [" ", false], ["1", false]]]');
INSERT INTO "mdm_samples" VALUES(30,2,'4431134222134123',NULL,'[[["4", true], [" ", false], ["4", true], [" | ", false], ["3", false], [" ", false], ["1", false]], "1 3 | 4 2", "----+----", [["2", true], [" ", false], ["2", true], [" | ", false], ["1", false], [" ", false], ["3", true]], [["4", true], [" ", false], ["1", false], [" | ", false], ["2", false], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(31,0,'2143432132141432',NULL,'["2 1 | 4 3", "4 3 | 2 1", "----+----", "3 2 | 1 4", "1 4 | 3 2"]');
INSERT INTO "mdm_samples" VALUES(31,1,'1123321444322341',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["2", false], [" ", false], ["3", false]], "3 2 | 1 4", "----+----", [["4", true], [" ", false], ["4", true], [" | ", false], ["3", false], [" ", false], ["2", false]], "2 3 | 4 1"]');
INSERT INTO "mdm_samples" VALUES(31,2,'4431134222134123',NULL,'[[["4", true], [" ", false], ["4", true], [" | ", false], ["3", false], [" ", false], ["1", false]], "1 3 | 4 2", "----+----", [["2", true], [" ", false], ["2", true], [" | ", false], ["1", false], [" ", false], ["3", true]], [["4", true], [" ", false], ["1", false], [" | ", false], ["2", false], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(32,0,'2141112332343422',NULL,'[[["2", false], [" ", false], ["1", true], [" | ", false], ["4", false], [" ", false], ["1", true]], [["1", true], [" ", false], ["1", true], [" | ", false], ["2", true], [" ", false], ["3", false]], "----+----", [["3", true], [" ", false], ["2", false], [" | ", false], ["3", true], [" ", false], ["4", false]], [["3", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(32,1,'1133321444332341',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["3", true], [" ", false], ["3", true]], "3 2 | 1 4", "----+----", [["4", true], [" ", false], ["4", true], [" | ", false], ["3", true], [" ", false], ["3", true]], "2 3 | 4 1"]');
INSERT INTO "mdm_samples" VALUES(32,2,'3421334222124122',NULL,'[[["3", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["1", false]], [["3", true], [" ", false], ["3", true], [" | ", false], ["4", false], [" ", false], ["2", true]], "----+----", [["2", true], [" ", false], ["2", true], [" | ", false], ["1", false], [" ", false], ["2", true]], [["4", false], [" ", false], ["1", false], [" | ", false], ["2", true], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(33,0,'2143332212343422',NULL,'["2 1 | 4 3", [["3", true], [" ", false], ["3", true], [" | ", false], ["2", true], [" ", false], ["2", true]], "----+----", "1 2 | 3 4", [["3", true], [" ", false], ["4", false], [" | ", false], ["2", true], [" ", false], ["2", true]]]');
INSERT INTO "mdm_samples" VALUES(33,1,'1123321444322341',NULL,'[[["1", true], [" ", false], ["1", true], [" | ", false], ["2", false], [" ", false], ["3", false]], "3 2 | 1 4", "----+----", [["4", true], [" ", false], ["4", true], [" | ", false], ["3", false], [" ", false], ["2", false]], "2 3 | 4 1"]');
INSERT INTO "mdm_samples" VALUES(33,2,'4431134222134123',NULL,'[[["4", true], [" ", false], ["4", true], [" | ", false], ["3", false], [" ", false], ["1", false]], "1 3 | 4 2", "----+----", [["2", true], [" ", false], ["2", true], [" | ", false], ["1", false], [" ", false], ["3", true]], [["4", true], [" ", false], ["1", false], [" | ", false], ["2", false], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(34,0,'2143432132141432',NULL,'["2 1 | 4 3", "4 3 | 2 1", "----+----", "3 2 | 1 4", "1 4 | 3 2"]');
INSERT INTO "mdm_samples" VALUES(34,1,'1423321441322341',NULL,'["1 4 | 2 3", "3 2 | 1 4", "----+----", "4 1 | 3 2", "2 3 | 4 1"]');
INSERT INTO "mdm_samples" VALUES(34,2,'3312444313213134',NULL,'[[["3", true], [" ", false], ["3", true], [" | ", false], ["1", false], [" ", false], ["2", false]], [["4", true], [" ", false], ["4", true], [" | ", false], ["4", true], [" ", false], ["3", false]], "----+----", [["1", true], [" ", false], ["3", true], [" | ", false], ["2", false], [" ", false], ["1", true]], [["3", true], [" ", false], ["1", true], [" | ", false], ["3", true], [" ", false], ["4", false]]]');
INSERT INTO "mdm_samples" VALUES(35,0,'2143431212343411',NULL,'["2 1 | 4 3", [["4", false], [" ", false], ["3", false], [" | ", false], ["1", true], [" ", false], ["2", false]], "----+----", "1 2 | 3 4", [["3", false], [" ", false], ["4", false], [" | ", false], ["1", true], [" ", false], ["1", true]]]');
INSERT INTO "mdm_samples" VALUES(35,1,'1423321441322341',NULL,'["1 4 | 2 3", "3 2 | 1 4", "----+----", "4 1 | 3 2", "2 3 | 4 1"]');
INSERT INTO "mdm_samples" VALUES(35,2,'3432444212133123',NULL,'[[["3", true], [" ", false], ["4", true], [" | ", false], ["3", true], [" ", false], ["2", true]], [["4", true], [" ", false], ["4", true], [" | ", false], ["4", true], [" ", false], ["2", true]], "----+----", [["1", true], [" ", false], ["2", false], [" | ", false], ["1", true], [" ", false], ["3", true]], [["3", true], [" ", false], ["1", true], [" | ", false], ["2", false], [" ", false], ["3", true]]]');
INSERT INTO "mdm_samples" VALUES(36,0,'2143432132141432',NULL,'["2 1 | 4 3", "4 3 | 2 1", "----+----", "3 2 | 1 4", "1 4 | 3 2"]');
INSERT INTO "mdm_samples" VALUES(36,1,'1423321441322341',NULL,'["1 4 | 2 3", "3 2 | 1 4", "----+----", "4 1 | 3 2", "2 3 | 4 1"]');
INSERT INTO "mdm_samples" VALUES(36,2,'3312444313213134',NULL,'[[["3", true], [" ", false], ["3", true], [" | ", false], ["1", false], [" ", false], ["2", false]], [["4", true], [" ", false], ["4", true], [" | ", false], ["4", true], [" ", false], ["3", false]], "----+----", [["1", true], [" ", false], ["3", true], [" | ", false], ["2", false], [" ", false], ["1", true]], [["3", true], [" ", false], ["1", true], [" | ", false], ["3", true], [" ", false], ["4", false]]]');
CREATE TABLE mdm_scores (
	measurement_id INTEGER NOT NULL, 
	instance INTEGER NOT NULL, 
	score FLOAT NOT NULL, 
	calls FLOAT, 
	PRIMARY KEY (measurement_id, instance), 
	FOREIGN KEY(measurement_id) REFERENCES mdm_measurements (id) ON DELETE CASCADE
);
INSERT INTO "mdm_scores" VALUES(1,0,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(1,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(1,2,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(1,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(1,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(1,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(1,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(1,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(2,0,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(2,1,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(2,2,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(2,3,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(2,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(2,5,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(2,6,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(2,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(3,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(3,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(3,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(3,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(3,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(3,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(3,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(3,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(4,0,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(4,1,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(4,2,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(4,3,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(4,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(4,5,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(4,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(4,7,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(5,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(5,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(5,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(5,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(5,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(5,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(5,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(5,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(6,0,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(6,1,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(6,2,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(6,3,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(6,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(6,5,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(6,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(6,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(7,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(7,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(7,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(7,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(7,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(7,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(7,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(7,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(8,0,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(8,1,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(8,2,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(8,3,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(8,4,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(8,5,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(8,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(8,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(9,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(9,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(9,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(9,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(9,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(9,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(9,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(9,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(10,0,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(10,1,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(10,2,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(10,3,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(10,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(10,5,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(10,6,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(10,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(11,0,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(11,1,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(11,2,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(11,3,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(11,4,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(11,5,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(11,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(11,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(12,0,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(12,1,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(12,2,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(12,3,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(12,4,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(12,5,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(12,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(12,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(13,0,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(13,1,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(13,2,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(13,3,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(13,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(13,5,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(13,6,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(13,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(13,8,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(13,9,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(13,10,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(13,11,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(13,12,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(13,13,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(13,14,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(13,15,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(14,0,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(14,1,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(14,2,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(14,3,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(14,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(14,5,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(14,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(14,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(14,8,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(14,9,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(14,10,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(14,11,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(14,12,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(14,13,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(14,14,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(14,15,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(15,0,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(15,1,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(15,2,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(15,3,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(15,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(15,5,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(15,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(15,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(15,8,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(15,9,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(15,10,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(15,11,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(15,12,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(15,13,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(15,14,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(15,15,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(16,0,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(16,1,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(16,2,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(16,3,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(16,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(16,5,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(16,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(16,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(16,8,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(16,9,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(16,10,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(16,11,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(16,12,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(16,13,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(16,14,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(16,15,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(17,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(17,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(17,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(17,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(17,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(17,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(17,6,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(17,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(18,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(18,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(18,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(18,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(18,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(18,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(18,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(18,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(19,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(19,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(19,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(19,3,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(19,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(19,5,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(19,6,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(19,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(19,8,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(19,9,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(19,10,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(19,11,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(19,12,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(19,13,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(19,14,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(19,15,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(20,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(20,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(20,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(20,3,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(20,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(20,5,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(20,6,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(20,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(20,8,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(20,9,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(20,10,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(20,11,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(20,12,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(20,13,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(20,14,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(20,15,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(21,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(21,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(21,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(21,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(21,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(21,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(21,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(21,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(21,8,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(21,9,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(21,10,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(21,11,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(21,12,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(21,13,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(21,14,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(21,15,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(22,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(22,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(22,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(22,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(22,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(22,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(22,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(22,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(22,8,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(22,9,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(22,10,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(22,11,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(22,12,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(22,13,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(22,14,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(22,15,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(23,0,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(23,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(23,2,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(23,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(23,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(23,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(23,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(23,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(24,0,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,1,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,2,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,3,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,5,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,6,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(25,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(25,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(25,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(25,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(25,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(25,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(25,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(25,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(26,0,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(26,1,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(26,2,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(26,3,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(26,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(26,5,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(26,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(26,7,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(27,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(27,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(27,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(27,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(27,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(27,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(27,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(27,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,7,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,8,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,9,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,10,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,11,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,12,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,13,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,14,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,15,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,16,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,17,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,18,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,19,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,20,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,21,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,22,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,23,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,24,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,25,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,26,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,27,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,28,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,29,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,30,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,31,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,32,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,33,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,34,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,35,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,36,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,37,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,38,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,39,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,40,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,41,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,42,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,43,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,44,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,45,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,46,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,47,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,48,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,49,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,50,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,51,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,52,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,53,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,54,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,55,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,56,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,57,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,58,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,59,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,60,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,61,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,62,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,63,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(29,0,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,1,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,2,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,3,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,5,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,7,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,8,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,9,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,10,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,11,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,12,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,13,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,14,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,15,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,16,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,17,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,18,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,19,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,20,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,21,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,22,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,23,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,24,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,25,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,26,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,27,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,28,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,29,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,30,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,31,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,32,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,33,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,34,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,35,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,36,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,37,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,38,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,39,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,40,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,41,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,42,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,43,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,44,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,45,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,46,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,47,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,48,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,49,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,50,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,51,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,52,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,53,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,54,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,55,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,56,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,57,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,58,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,59,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,60,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,61,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,62,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,63,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(30,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,8,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,9,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,10,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,11,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,12,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,13,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,14,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,15,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,16,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,17,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,18,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,19,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,20,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,21,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,22,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,23,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,24,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,25,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,26,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,27,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,28,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,29,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,30,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,31,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,32,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,33,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,34,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,35,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,36,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,37,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,38,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,39,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,40,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,41,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,42,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,43,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,44,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,45,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,46,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,47,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,48,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,49,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,50,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,51,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,52,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,53,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,54,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,55,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,56,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,57,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,58,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,59,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,60,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,61,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,62,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,63,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(31,0,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,1,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,2,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,3,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,5,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,8,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,9,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,10,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,11,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,12,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,13,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,14,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,15,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,16,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,17,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,18,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,19,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,20,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,21,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,22,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,23,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,24,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,25,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,26,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,27,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,28,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,29,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,30,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,31,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,32,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,33,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,34,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,35,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,36,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,37,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,38,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,39,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,40,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,41,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,42,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,43,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,44,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,45,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,46,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,47,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,48,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,49,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,50,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,51,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,52,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,53,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,54,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,55,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,56,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,57,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,58,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,59,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,60,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,61,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,62,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,63,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(32,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,8,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,9,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,10,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,11,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,12,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,13,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,14,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,15,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,16,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,17,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,18,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,19,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,20,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,21,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,22,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,23,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,24,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,25,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,26,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,27,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,28,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,29,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,30,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,31,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,0,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,1,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,2,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,3,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,4,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,5,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,8,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,9,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,10,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,11,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,12,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,13,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,14,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,15,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,16,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,17,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,18,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,19,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,20,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,21,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,22,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,23,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,24,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,25,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,26,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,27,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,28,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,29,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,30,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,31,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,32,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,33,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,34,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,35,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,36,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,37,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,38,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,39,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,40,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,41,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,42,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,43,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,44,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,45,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,46,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,47,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,48,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,49,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,50,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,51,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,52,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,53,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,54,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,55,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,56,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,57,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,58,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,59,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,60,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,61,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,62,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(33,63,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,0,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,1,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,6,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,8,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,9,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,10,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,11,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,12,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,13,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,14,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,15,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,16,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,17,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,18,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,19,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,20,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,21,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,22,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,23,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,24,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,25,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,26,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,27,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,28,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,29,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,30,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,31,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,32,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,33,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,34,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,35,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,36,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,37,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,38,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,39,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,40,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,41,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,42,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,43,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,44,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,45,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,46,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,47,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,48,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,49,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,50,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,51,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,52,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,53,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,54,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,55,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,56,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,57,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,58,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,59,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,60,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,61,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,62,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,63,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,0,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,1,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,2,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,3,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,5,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,6,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,7,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,8,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,9,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,10,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,11,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,12,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,13,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,14,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,15,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,16,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,17,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,18,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,19,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,20,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,21,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,22,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,23,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,24,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,25,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,26,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,27,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,28,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,29,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,30,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,31,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,32,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,33,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,34,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,35,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,36,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,37,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,38,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,39,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,40,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,41,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,42,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,43,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,44,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,45,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,46,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,47,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,48,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,49,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,50,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,51,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,52,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,53,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,54,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,55,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,56,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,57,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,58,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,59,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,60,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,61,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,62,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,63,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,0,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,1,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,6,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,8,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,9,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,10,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,11,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,12,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,13,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,14,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,15,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,16,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,17,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,18,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,19,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,20,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,21,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,22,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,23,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,24,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,25,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,26,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,27,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,28,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,29,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,30,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,31,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,32,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,33,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,34,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,35,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,36,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,37,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,38,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,39,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,40,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,41,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,42,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,43,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,44,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,45,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,46,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,47,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,48,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,49,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,50,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,51,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,52,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,53,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,54,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,55,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,56,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,57,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,58,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,59,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,60,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,61,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,62,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,63,0.0,4.0);
CREATE TABLE mdm_studies (
	id INTEGER NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	study_file TEXT NOT NULL, 
	identity_hash VARCHAR(64) NOT NULL, 
	folder TEXT NOT NULL, 
	model_fingerprint VARCHAR(128) NOT NULL, 
	objective VARCHAR(255) NOT NULL, 
	objective_fingerprint VARCHAR(128) DEFAULT '' NOT NULL, 
	unit VARCHAR(32) NOT NULL, 
	direction VARCHAR(8) NOT NULL, 
	deterministic BOOLEAN NOT NULL, 
	package_version VARCHAR(32) NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (name), 
	CONSTRAINT fk_mdm_studies_model FOREIGN KEY(model_fingerprint) REFERENCES mdm_models (fingerprint)
);
INSERT INTO "mdm_studies" VALUES(1,'old','{"model": {"batch_size": 64, "kind": "enumerated", "law": "sudoku4", "options": {}, "process": "masked"}, "objective": {"instances": 8, "kind": "validity", "options": {}, "verifier": "sudoku"}, "profile": {"boundaries": 32, "estimator": "auto", "orders": 1, "precision": 0.02, "seed": 0, "sequences": 48}, "sampler": {"end_last": false, "guidance": 0.0, "order": "random", "reveal": "fixed", "rounding": "full", "temperature": 1.0}, "search": {"goal": "quality", "racing": true, "sampler": "random", "samples": 3, "seeds": ["energy", "baselines"], "trials": 10}, "space": {"beta_a": [0.1, 8.0], "beta_b": [0.1, 8.0], "family": "beta", "steps": [4, 6]}, "study": {"name": "old", "seed": 0}, "verify": {"confidence": 0.95, "equal_linear": true, "instances": 16, "sequential": true, "top": 2}}','974e6bc75e5101394c11606ab311f6f4af8634f193bcc6d4c2c5336942dc1d24','/studies','enumerated:a2012cb30fdb22ba485ea226c2855b3b40a21a3b54fcc678fad06670392a038a','validity','','share','maximize',0,'0.2.0','2026-12-01 02:21:55.586738');
INSERT INTO "mdm_studies" VALUES(2,'old-partly','{"model": {"batch_size": 64, "kind": "enumerated", "law": "sudoku4", "options": {}, "process": "masked"}, "objective": {"instances": 8, "kind": "validity", "options": {}, "verifier": "sudoku"}, "profile": {"boundaries": 32, "estimator": "auto", "orders": 1, "precision": 0.02, "seed": 0, "sequences": 48}, "sampler": {"end_last": false, "guidance": 0.0, "order": "random", "reveal": "fixed", "rounding": "full", "temperature": 1.0}, "search": {"goal": "quality", "racing": true, "sampler": "random", "samples": 3, "seeds": ["energy", "baselines"], "trials": 10}, "space": {"beta_a": [0.1, 8.0], "beta_b": [0.1, 8.0], "family": "beta", "steps": [4, 6]}, "study": {"name": "old-partly", "seed": 0}, "verify": {"confidence": 0.95, "equal_linear": true, "instances": 16, "sequential": true, "top": 2}}','ef6827cb2c9ad2c8064a7471f1b3d0f25a020b82f8ad1f99292b23d944574516','/studies','enumerated:a2012cb30fdb22ba485ea226c2855b3b40a21a3b54fcc678fad06670392a038a','validity','','share','maximize',0,'0.2.0','2026-12-01 02:22:05.584146');
INSERT INTO "mdm_studies" VALUES(3,'old-free','{"model": {"batch_size": 64, "kind": "enumerated", "law": "sudoku4", "options": {}, "process": "masked"}, "objective": {"instances": 64, "kind": "validity", "options": {}, "verifier": "sudoku"}, "profile": {"boundaries": 6, "estimator": "auto", "orders": 1, "precision": 0.02, "seed": 0, "sequences": 8}, "sampler": {"end_last": false, "guidance": 0.0, "order": "random", "reveal": "fixed", "rounding": "full", "temperature": 1.0}, "search": {"goal": "quality", "racing": true, "sampler": "shape", "samples": 3, "seeds": ["baselines"], "trials": 9}, "space": {"beta_a": [0.1, 8.0], "beta_b": [0.1, 8.0], "family": "free", "steps": [4, 6]}, "study": {"name": "old-free", "seed": 0}, "verify": {"confidence": 0.95, "equal_linear": true, "instances": 256, "sequential": true, "top": 3}}','45becc899e2fa5ee7a42d753e543705fba8030f89448a0a255208e001519d8bb','/studies','enumerated:a2012cb30fdb22ba485ea226c2855b3b40a21a3b54fcc678fad06670392a038a','validity','','share','maximize',0,'0.2.0','2026-12-01 02:22:12.782682');
CREATE TABLE mdm_study_changes (
	id INTEGER NOT NULL, 
	study_id INTEGER NOT NULL, 
	"before" VARCHAR(128) NOT NULL, 
	"after" VARCHAR(128) NOT NULL, 
	reason TEXT NOT NULL, 
	changed_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(study_id) REFERENCES mdm_studies (id) ON DELETE CASCADE
);
CREATE TABLE mdm_study_profiles (
	study_id INTEGER NOT NULL, 
	profile_id INTEGER NOT NULL, 
	sequence INTEGER NOT NULL, 
	PRIMARY KEY (study_id, profile_id, sequence), 
	FOREIGN KEY(profile_id, sequence) REFERENCES mdm_profile_sequences (profile_id, sequence) ON DELETE CASCADE, 
	FOREIGN KEY(study_id) REFERENCES mdm_studies (id) ON DELETE CASCADE
);
INSERT INTO "mdm_study_profiles" VALUES(3,1,0);
INSERT INTO "mdm_study_profiles" VALUES(3,1,1);
INSERT INTO "mdm_study_profiles" VALUES(3,1,2);
INSERT INTO "mdm_study_profiles" VALUES(3,1,3);
INSERT INTO "mdm_study_profiles" VALUES(3,1,4);
INSERT INTO "mdm_study_profiles" VALUES(3,1,5);
INSERT INTO "mdm_study_profiles" VALUES(3,1,6);
INSERT INTO "mdm_study_profiles" VALUES(3,1,7);
CREATE TABLE mdm_trials (
	id INTEGER NOT NULL, 
	study_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	label VARCHAR(64) NOT NULL, 
	steps INTEGER NOT NULL, 
	candidate_id INTEGER, 
	trial_number INTEGER, 
	worker_id INTEGER, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	failures INTEGER DEFAULT '0' NOT NULL, 
	last_error TEXT, 
	started_at DATETIME, 
	finished_at DATETIME, 
	PRIMARY KEY (id), 
	CONSTRAINT uq_mdm_trials_position UNIQUE (study_id, position), 
	CONSTRAINT uq_mdm_trials_number UNIQUE (study_id, trial_number), 
	FOREIGN KEY(study_id) REFERENCES mdm_studies (id) ON DELETE CASCADE, 
	CONSTRAINT fk_mdm_trials_candidate FOREIGN KEY(candidate_id) REFERENCES mdm_candidates (id), 
	FOREIGN KEY(worker_id) REFERENCES mdm_workers (id) ON DELETE SET NULL
);
INSERT INTO "mdm_trials" VALUES(1,1,0,'energy: linear',4,1,0,1,1,0,NULL,'2026-12-01 02:21:55','2026-12-01 02:21:55');
INSERT INTO "mdm_trials" VALUES(2,1,1,'energy: linear',6,2,1,1,1,0,NULL,'2026-12-01 02:21:55','2026-12-01 02:21:55');
INSERT INTO "mdm_trials" VALUES(3,1,2,'energy: sin2',4,3,2,1,1,0,NULL,'2026-12-01 02:21:56','2026-12-01 02:21:56');
INSERT INTO "mdm_trials" VALUES(4,1,3,'energy: sin2',6,4,3,1,1,0,NULL,'2026-12-01 02:21:56','2026-12-01 02:21:56');
INSERT INTO "mdm_trials" VALUES(5,1,4,'paper: (0.9, 0.3)',4,5,4,1,1,0,NULL,'2026-12-01 02:21:56','2026-12-01 02:21:56');
INSERT INTO "mdm_trials" VALUES(6,1,5,'paper: (0.9, 0.3)',6,6,5,1,1,0,NULL,'2026-12-01 02:21:56','2026-12-01 02:21:56');
INSERT INTO "mdm_trials" VALUES(7,1,6,'paper: (1, 0.2)',4,7,6,1,1,0,NULL,'2026-12-01 02:21:56','2026-12-01 02:21:56');
INSERT INTO "mdm_trials" VALUES(8,1,7,'paper: (1, 0.2)',6,8,7,1,1,0,NULL,'2026-12-01 02:21:56','2026-12-01 02:21:56');
INSERT INTO "mdm_trials" VALUES(9,1,8,'search',4,9,8,1,1,0,NULL,'2026-12-01 02:21:56','2026-12-01 02:21:56');
INSERT INTO "mdm_trials" VALUES(10,1,9,'search',6,10,9,1,1,0,NULL,'2026-12-01 02:21:56','2026-12-01 02:21:56');
INSERT INTO "mdm_trials" VALUES(11,2,0,'energy: linear',4,13,0,2,1,0,NULL,'2026-12-01 02:22:05','2026-12-01 02:22:05');
INSERT INTO "mdm_trials" VALUES(12,2,1,'energy: linear',6,14,1,2,1,0,NULL,'2026-12-01 02:22:05','2026-12-01 02:22:05');
INSERT INTO "mdm_trials" VALUES(13,2,2,'energy: sin2',4,15,2,2,1,0,NULL,'2026-12-01 02:22:06','2026-12-01 02:22:06');
INSERT INTO "mdm_trials" VALUES(14,2,3,'energy: sin2',6,16,3,2,1,0,NULL,'2026-12-01 02:22:06','2026-12-01 02:22:06');
INSERT INTO "mdm_trials" VALUES(15,2,4,'paper: (0.9, 0.3)',4,17,4,2,1,0,NULL,'2026-12-01 02:22:06','2026-12-01 02:22:06');
INSERT INTO "mdm_trials" VALUES(16,2,5,'paper: (0.9, 0.3)',6,18,5,2,1,0,NULL,'2026-12-01 02:22:06',NULL);
INSERT INTO "mdm_trials" VALUES(17,2,6,'paper: (1, 0.2)',4,19,NULL,NULL,0,0,NULL,NULL,NULL);
INSERT INTO "mdm_trials" VALUES(18,2,7,'paper: (1, 0.2)',6,20,NULL,NULL,0,0,NULL,NULL,NULL);
INSERT INTO "mdm_trials" VALUES(19,2,8,'search',4,NULL,NULL,NULL,0,0,NULL,NULL,NULL);
INSERT INTO "mdm_trials" VALUES(20,2,9,'search',6,NULL,NULL,NULL,0,0,NULL,NULL,NULL);
INSERT INTO "mdm_trials" VALUES(21,3,0,'profile: limit',4,21,0,3,1,0,NULL,'2026-12-01 02:22:12','2026-12-01 02:22:13');
INSERT INTO "mdm_trials" VALUES(22,3,1,'profile: limit',6,22,1,3,1,0,NULL,'2026-12-01 02:22:13','2026-12-01 02:22:13');
INSERT INTO "mdm_trials" VALUES(23,3,2,'paper: (0.9, 0.3)',4,23,2,3,1,0,NULL,'2026-12-01 02:22:13','2026-12-01 02:22:13');
INSERT INTO "mdm_trials" VALUES(24,3,3,'paper: (0.9, 0.3)',6,24,3,3,1,0,NULL,'2026-12-01 02:22:13','2026-12-01 02:22:13');
INSERT INTO "mdm_trials" VALUES(25,3,4,'paper: (1, 0.2)',4,25,4,3,1,0,NULL,'2026-12-01 02:22:13','2026-12-01 02:22:13');
INSERT INTO "mdm_trials" VALUES(26,3,5,'paper: (1, 0.2)',6,26,5,3,1,0,NULL,'2026-12-01 02:22:13','2026-12-01 02:22:13');
INSERT INTO "mdm_trials" VALUES(27,3,6,'search',4,27,6,3,1,0,NULL,'2026-12-01 02:22:13','2026-12-01 02:22:14');
INSERT INTO "mdm_trials" VALUES(28,3,7,'search',6,28,7,3,1,0,NULL,'2026-12-01 02:22:14','2026-12-01 02:22:14');
INSERT INTO "mdm_trials" VALUES(29,3,8,'search',4,29,8,3,1,0,NULL,'2026-12-01 02:22:14','2026-12-01 02:22:14');
CREATE TABLE mdm_verification_parts (
	study_id INTEGER NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	budget_steps INTEGER NOT NULL, 
	content TEXT NOT NULL, 
	PRIMARY KEY (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES mdm_studies (id) ON DELETE CASCADE
);
CREATE TABLE mdm_workers (
	id INTEGER NOT NULL, 
	study_id INTEGER NOT NULL, 
	host VARCHAR(255) NOT NULL, 
	pid INTEGER NOT NULL, 
	device VARCHAR(64) NOT NULL, 
	package_version VARCHAR(32) NOT NULL, 
	grace_seconds FLOAT NOT NULL, 
	started_at DATETIME NOT NULL, 
	heartbeat_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	ended VARCHAR(16), 
	PRIMARY KEY (id), 
	FOREIGN KEY(study_id) REFERENCES mdm_studies (id) ON DELETE CASCADE
);
INSERT INTO "mdm_workers" VALUES(1,1,'host',1,'cpu','0.2.0',60.0,'2026-12-01 02:21:55.000000','2026-12-01 02:21:55.000000','2026-12-01 02:21:57','finished');
INSERT INTO "mdm_workers" VALUES(2,2,'host',1,'cpu','0.2.0',60.0,'2026-12-01 02:22:05.000000','2026-12-01 02:22:05.000000',NULL,NULL);
INSERT INTO "mdm_workers" VALUES(3,3,'host',1,'cpu','0.2.0',60.0,'2026-12-01 02:22:12.000000','2026-12-01 02:22:12.000000','2026-12-01 02:22:14','finished');
CREATE TABLE studies (
	study_id INTEGER NOT NULL, 
	study_name VARCHAR(512) NOT NULL, 
	PRIMARY KEY (study_id)
);
INSERT INTO "studies" VALUES(1,'old');
INSERT INTO "studies" VALUES(2,'old-partly');
INSERT INTO "studies" VALUES(3,'old-free');
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
INSERT INTO "study_directions" VALUES(5,'MAXIMIZE',3,0);
INSERT INTO "study_directions" VALUES(6,'MINIMIZE',3,1);
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
INSERT INTO "study_system_attributes" VALUES(3,3,'study:metric_names','["quality", "nfe"]');
CREATE TABLE study_user_attributes (
	study_user_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_user_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_user_attributes" VALUES(1,1,'mdm_opt_version','"0.2.0"');
INSERT INTO "study_user_attributes" VALUES(2,2,'mdm_opt_version','"0.2.0"');
INSERT INTO "study_user_attributes" VALUES(3,3,'mdm_opt_version','"0.2.0"');
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
INSERT INTO "trial_params" VALUES(49,17,'steps',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(50,17,'free_1',-8.96253057048759238512e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(51,17,'free_2',7.70753399136290262561e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(52,17,'free_3',-1.51057845716443539529e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(53,18,'steps',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(54,18,'free_1',-6.76525194678956109939e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(55,18,'free_2',4.58145365937077442275e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(56,18,'free_3',-2.08543687627602114531e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(57,18,'free_4',3.04149610385018587255e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(58,19,'steps',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(59,19,'free_1',-1.86378292164517800344e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(60,19,'free_2',6.49641492065130443656e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(61,19,'free_3',6.88372794671736620841e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(62,20,'steps',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(63,20,'free_1',-1.56707613219221486566e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(64,20,'free_2',1.1512925464970227285e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(65,20,'free_3',-6.57050276358950080535e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(66,20,'free_4',2.64510350351751410968e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(67,21,'steps',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(68,21,'free_1',-1.67563391862135135923e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(69,21,'free_2',1.2824746787307683693e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(70,21,'free_3',-6.94070294665338760609e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(71,22,'steps',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(72,22,'free_1',-1.33725232690110362732e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(73,22,'free_2',1.19894763639918511266e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(74,22,'free_3',-9.78936645831313234644e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(75,22,'free_4',0.692212740619335,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(76,23,'steps',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(77,23,'free_1',-5.30666425510491257533e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(78,23,'free_2',2.02732554054082081407e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(79,23,'free_3',3.7309528900253408068e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(80,24,'steps',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(81,24,'free_1',-1.164754442818482838e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(82,24,'free_2',2.02732554054082275696e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(83,24,'free_3',-5.65952303006888479686e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(84,24,'free_4',-1.17047694656624706732e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(85,25,'steps',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4, 6]}}');
INSERT INTO "trial_params" VALUES(86,25,'free_1',-5.53524002300457396152e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(87,25,'free_2',4.2364893019360172488e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(88,25,'free_3',-2.29277148851885742564e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
CREATE TABLE trial_system_attributes (
	trial_system_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_system_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
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
INSERT INTO "trial_user_attributes" VALUES(2,1,'position','0');
INSERT INTO "trial_user_attributes" VALUES(3,1,'measured','{"counts": [4, 4, 4, 4], "nfe": 4.0, "value": 0.25, "standard_error": 0.16366341767699427, "instances": 8}');
INSERT INTO "trial_user_attributes" VALUES(4,2,'label','"energy: linear"');
INSERT INTO "trial_user_attributes" VALUES(5,2,'position','1');
INSERT INTO "trial_user_attributes" VALUES(6,2,'measured','{"counts": [3, 2, 3, 3, 2, 3], "nfe": 6.0, "value": 0.375, "standard_error": 0.18298126367784995, "instances": 8}');
INSERT INTO "trial_user_attributes" VALUES(7,3,'label','"energy: sin2"');
INSERT INTO "trial_user_attributes" VALUES(8,3,'position','2');
INSERT INTO "trial_user_attributes" VALUES(9,3,'measured','{"counts": [2, 6, 6, 2], "nfe": 4.0, "value": 0.0, "standard_error": 0.0, "instances": 8}');
INSERT INTO "trial_user_attributes" VALUES(10,4,'label','"energy: sin2"');
INSERT INTO "trial_user_attributes" VALUES(11,4,'position','3');
INSERT INTO "trial_user_attributes" VALUES(12,4,'measured','{"counts": [1, 3, 4, 4, 3, 1], "nfe": 6.0, "value": 0.5, "standard_error": 0.1889822365046136, "instances": 8}');
INSERT INTO "trial_user_attributes" VALUES(13,5,'label','"paper: (0.9, 0.3)"');
INSERT INTO "trial_user_attributes" VALUES(14,5,'position','4');
INSERT INTO "trial_user_attributes" VALUES(15,5,'measured','{"counts": [1, 1, 3, 11], "nfe": 4.0, "value": 0.0, "standard_error": 0.0, "instances": 8}');
INSERT INTO "trial_user_attributes" VALUES(16,6,'label','"paper: (0.9, 0.3)"');
INSERT INTO "trial_user_attributes" VALUES(17,6,'position','5');
INSERT INTO "trial_user_attributes" VALUES(18,6,'measured','{"counts": [1, 1, 1, 1, 2, 10], "nfe": 6.0, "value": 0.375, "standard_error": 0.18298126367784995, "instances": 8}');
INSERT INTO "trial_user_attributes" VALUES(19,7,'label','"paper: (1, 0.2)"');
INSERT INTO "trial_user_attributes" VALUES(20,7,'position','6');
INSERT INTO "trial_user_attributes" VALUES(21,7,'measured','{"counts": [1, 1, 1, 13], "nfe": 4.0, "value": 0.0, "standard_error": 0.0, "instances": 8}');
INSERT INTO "trial_user_attributes" VALUES(22,8,'label','"paper: (1, 0.2)"');
INSERT INTO "trial_user_attributes" VALUES(23,8,'position','7');
INSERT INTO "trial_user_attributes" VALUES(24,8,'measured','{"counts": [1, 1, 1, 1, 1, 11], "nfe": 6.0, "value": 0.25, "standard_error": 0.16366341767699427, "instances": 8}');
INSERT INTO "trial_user_attributes" VALUES(25,9,'label','"search"');
INSERT INTO "trial_user_attributes" VALUES(26,9,'position','8');
INSERT INTO "trial_user_attributes" VALUES(27,9,'measured','{"counts": [1, 13, 1, 1], "nfe": 4.0, "value": 0.0, "standard_error": 0.0, "instances": 8}');
INSERT INTO "trial_user_attributes" VALUES(28,10,'label','"search"');
INSERT INTO "trial_user_attributes" VALUES(29,10,'position','9');
INSERT INTO "trial_user_attributes" VALUES(30,10,'measured','{"counts": [11, 1, 1, 1, 1, 1], "nfe": 6.0, "value": 0.0, "standard_error": 0.0, "instances": 8}');
INSERT INTO "trial_user_attributes" VALUES(31,11,'label','"energy: linear"');
INSERT INTO "trial_user_attributes" VALUES(32,11,'position','0');
INSERT INTO "trial_user_attributes" VALUES(33,11,'measured','{"counts": [4, 4, 4, 4], "nfe": 4.0, "value": 0.25, "standard_error": 0.16366341767699427, "instances": 8}');
INSERT INTO "trial_user_attributes" VALUES(34,12,'label','"energy: linear"');
INSERT INTO "trial_user_attributes" VALUES(35,12,'position','1');
INSERT INTO "trial_user_attributes" VALUES(36,12,'measured','{"counts": [3, 2, 3, 3, 2, 3], "nfe": 6.0, "value": 0.375, "standard_error": 0.18298126367784995, "instances": 8}');
INSERT INTO "trial_user_attributes" VALUES(37,13,'label','"energy: sin2"');
INSERT INTO "trial_user_attributes" VALUES(38,13,'position','2');
INSERT INTO "trial_user_attributes" VALUES(39,13,'measured','{"counts": [2, 6, 6, 2], "nfe": 4.0, "value": 0.0, "standard_error": 0.0, "instances": 8}');
INSERT INTO "trial_user_attributes" VALUES(40,14,'label','"energy: sin2"');
INSERT INTO "trial_user_attributes" VALUES(41,14,'position','3');
INSERT INTO "trial_user_attributes" VALUES(42,14,'measured','{"counts": [1, 3, 4, 4, 3, 1], "nfe": 6.0, "value": 0.5, "standard_error": 0.1889822365046136, "instances": 8}');
INSERT INTO "trial_user_attributes" VALUES(43,15,'label','"paper: (0.9, 0.3)"');
INSERT INTO "trial_user_attributes" VALUES(44,15,'position','4');
INSERT INTO "trial_user_attributes" VALUES(45,15,'measured','{"counts": [1, 1, 3, 11], "nfe": 4.0, "value": 0.0, "standard_error": 0.0, "instances": 8}');
INSERT INTO "trial_user_attributes" VALUES(46,16,'label','"paper: (0.9, 0.3)"');
INSERT INTO "trial_user_attributes" VALUES(47,16,'position','5');
INSERT INTO "trial_user_attributes" VALUES(48,17,'label','"profile: limit"');
INSERT INTO "trial_user_attributes" VALUES(49,17,'position','0');
INSERT INTO "trial_user_attributes" VALUES(50,17,'counts','[2, 3, 4, 7]');
INSERT INTO "trial_user_attributes" VALUES(51,17,'measured','{"counts": [2, 3, 4, 7], "nfe": 4.0, "value": 0.3125, "standard_error": 0.058397074018894594, "instances": 64}');
INSERT INTO "trial_user_attributes" VALUES(52,18,'label','"profile: limit"');
INSERT INTO "trial_user_attributes" VALUES(53,18,'position','1');
INSERT INTO "trial_user_attributes" VALUES(54,18,'counts','[2, 2, 2, 2, 3, 5]');
INSERT INTO "trial_user_attributes" VALUES(55,18,'measured','{"counts": [2, 2, 2, 2, 3, 5], "nfe": 6.0, "value": 0.546875, "standard_error": 0.06271663843120986, "instances": 64}');
INSERT INTO "trial_user_attributes" VALUES(56,19,'label','"paper: (0.9, 0.3)"');
INSERT INTO "trial_user_attributes" VALUES(57,19,'position','2');
INSERT INTO "trial_user_attributes" VALUES(58,19,'counts','[1, 1, 3, 11]');
INSERT INTO "trial_user_attributes" VALUES(59,19,'measured','{"counts": [1, 1, 3, 11], "nfe": 4.0, "value": 0.1875, "standard_error": 0.0491747370293402, "instances": 64}');
INSERT INTO "trial_user_attributes" VALUES(60,20,'label','"paper: (0.9, 0.3)"');
INSERT INTO "trial_user_attributes" VALUES(61,20,'position','3');
INSERT INTO "trial_user_attributes" VALUES(62,20,'counts','[1, 1, 1, 1, 2, 10]');
INSERT INTO "trial_user_attributes" VALUES(63,20,'measured','{"counts": [1, 1, 1, 1, 2, 10], "nfe": 6.0, "value": 0.375, "standard_error": 0.060993754559283325, "instances": 64}');
INSERT INTO "trial_user_attributes" VALUES(64,21,'label','"paper: (1, 0.2)"');
INSERT INTO "trial_user_attributes" VALUES(65,21,'position','4');
INSERT INTO "trial_user_attributes" VALUES(66,21,'counts','[1, 1, 1, 13]');
INSERT INTO "trial_user_attributes" VALUES(67,21,'measured','{"counts": [1, 1, 1, 13], "nfe": 4.0, "value": 0.03125, "standard_error": 0.0, "instances": 32}');
INSERT INTO "trial_user_attributes" VALUES(68,22,'label','"paper: (1, 0.2)"');
INSERT INTO "trial_user_attributes" VALUES(69,22,'position','5');
INSERT INTO "trial_user_attributes" VALUES(70,22,'counts','[1, 1, 1, 1, 1, 11]');
INSERT INTO "trial_user_attributes" VALUES(71,22,'measured','{"counts": [1, 1, 1, 1, 1, 11], "nfe": 6.0, "value": 0.25, "standard_error": 0.05455447255899809, "instances": 64}');
INSERT INTO "trial_user_attributes" VALUES(72,23,'label','"search"');
INSERT INTO "trial_user_attributes" VALUES(73,23,'position','6');
INSERT INTO "trial_user_attributes" VALUES(74,23,'counts','[3, 3, 4, 6]');
INSERT INTO "trial_user_attributes" VALUES(75,23,'measured','{"counts": [3, 3, 4, 6], "nfe": 4.0, "value": 0.25, "standard_error": 0.05455447255899809, "instances": 64}');
INSERT INTO "trial_user_attributes" VALUES(76,24,'label','"search"');
INSERT INTO "trial_user_attributes" VALUES(77,24,'position','7');
INSERT INTO "trial_user_attributes" VALUES(78,24,'counts','[1, 2, 2, 2, 3, 6]');
INSERT INTO "trial_user_attributes" VALUES(79,24,'measured','{"counts": [1, 2, 2, 2, 3, 6], "nfe": 6.0, "value": 0.546875, "standard_error": 0.06271663843120986, "instances": 64}');
INSERT INTO "trial_user_attributes" VALUES(80,25,'label','"search"');
INSERT INTO "trial_user_attributes" VALUES(81,25,'position','8');
INSERT INTO "trial_user_attributes" VALUES(82,25,'counts','[3, 3, 3, 7]');
INSERT INTO "trial_user_attributes" VALUES(83,25,'measured','{"counts": [3, 3, 3, 7], "nfe": 4.0, "value": 0.234375, "standard_error": 0.053369535239372906, "instances": 64}');
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
INSERT INTO "trial_values" VALUES(31,17,0,0.3125,'FINITE');
INSERT INTO "trial_values" VALUES(32,17,1,4.0,'FINITE');
INSERT INTO "trial_values" VALUES(33,18,0,0.546875,'FINITE');
INSERT INTO "trial_values" VALUES(34,18,1,6.0,'FINITE');
INSERT INTO "trial_values" VALUES(35,19,0,0.1875,'FINITE');
INSERT INTO "trial_values" VALUES(36,19,1,4.0,'FINITE');
INSERT INTO "trial_values" VALUES(37,20,0,0.375,'FINITE');
INSERT INTO "trial_values" VALUES(38,20,1,6.0,'FINITE');
INSERT INTO "trial_values" VALUES(39,22,0,0.25,'FINITE');
INSERT INTO "trial_values" VALUES(40,22,1,6.0,'FINITE');
INSERT INTO "trial_values" VALUES(41,23,0,0.25,'FINITE');
INSERT INTO "trial_values" VALUES(42,23,1,4.0,'FINITE');
INSERT INTO "trial_values" VALUES(43,24,0,0.546875,'FINITE');
INSERT INTO "trial_values" VALUES(44,24,1,6.0,'FINITE');
INSERT INTO "trial_values" VALUES(45,25,0,0.234375,'FINITE');
INSERT INTO "trial_values" VALUES(46,25,1,4.0,'FINITE');
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
INSERT INTO "trials" VALUES(1,0,1,'COMPLETE','2026-12-01 02:21:55.000000','2026-12-01 02:21:55.883100');
INSERT INTO "trials" VALUES(2,1,1,'COMPLETE','2026-12-01 02:21:55.000000','2026-12-01 02:21:55.984231');
INSERT INTO "trials" VALUES(3,2,1,'COMPLETE','2026-12-01 02:21:56.000000','2026-12-01 02:21:56.096360');
INSERT INTO "trials" VALUES(4,3,1,'COMPLETE','2026-12-01 02:21:56.000000','2026-12-01 02:21:56.212425');
INSERT INTO "trials" VALUES(5,4,1,'COMPLETE','2026-12-01 02:21:56.000000','2026-12-01 02:21:56.328542');
INSERT INTO "trials" VALUES(6,5,1,'COMPLETE','2026-12-01 02:21:56.000000','2026-12-01 02:21:56.460933');
INSERT INTO "trials" VALUES(7,6,1,'COMPLETE','2026-12-01 02:21:56.000000','2026-12-01 02:21:56.581520');
INSERT INTO "trials" VALUES(8,7,1,'COMPLETE','2026-12-01 02:21:56.000000','2026-12-01 02:21:56.708473');
INSERT INTO "trials" VALUES(9,8,1,'COMPLETE','2026-12-01 02:21:56.000000','2026-12-01 02:21:56.857030');
INSERT INTO "trials" VALUES(10,9,1,'COMPLETE','2026-12-01 02:21:56.000000','2026-12-01 02:21:56.976327');
INSERT INTO "trials" VALUES(11,0,2,'COMPLETE','2026-12-01 02:22:05.000000','2026-12-01 02:22:05.888668');
INSERT INTO "trials" VALUES(12,1,2,'COMPLETE','2026-12-01 02:22:05.000000','2026-12-01 02:22:06.004969');
INSERT INTO "trials" VALUES(13,2,2,'COMPLETE','2026-12-01 02:22:06.000000','2026-12-01 02:22:06.116350');
INSERT INTO "trials" VALUES(14,3,2,'COMPLETE','2026-12-01 02:22:06.000000','2026-12-01 02:22:06.224303');
INSERT INTO "trials" VALUES(15,4,2,'COMPLETE','2026-12-01 02:22:06.000000','2026-12-01 02:22:06.336549');
INSERT INTO "trials" VALUES(16,5,2,'RUNNING','2026-12-01 02:22:06.000000',NULL);
INSERT INTO "trials" VALUES(17,0,3,'COMPLETE','2026-12-01 02:22:12.000000','2026-12-01 02:22:13.123175');
INSERT INTO "trials" VALUES(18,1,3,'COMPLETE','2026-12-01 02:22:13.000000','2026-12-01 02:22:13.260352');
INSERT INTO "trials" VALUES(19,2,3,'COMPLETE','2026-12-01 02:22:13.000000','2026-12-01 02:22:13.424402');
INSERT INTO "trials" VALUES(20,3,3,'COMPLETE','2026-12-01 02:22:13.000000','2026-12-01 02:22:13.572491');
INSERT INTO "trials" VALUES(21,4,3,'PRUNED','2026-12-01 02:22:13.000000','2026-12-01 02:22:13.695100');
INSERT INTO "trials" VALUES(22,5,3,'COMPLETE','2026-12-01 02:22:13.000000','2026-12-01 02:22:13.840289');
INSERT INTO "trials" VALUES(23,6,3,'COMPLETE','2026-12-01 02:22:13.000000','2026-12-01 02:22:14.072410');
INSERT INTO "trials" VALUES(24,7,3,'COMPLETE','2026-12-01 02:22:14.000000','2026-12-01 02:22:14.336299');
INSERT INTO "trials" VALUES(25,8,3,'COMPLETE','2026-12-01 02:22:14.000000','2026-12-01 02:22:14.568296');
CREATE TABLE version_info (
	version_info_id INTEGER NOT NULL, 
	schema_version INTEGER, 
	library_version VARCHAR(256), 
	PRIMARY KEY (version_info_id), 
	CHECK (version_info_id=1)
);
INSERT INTO "version_info" VALUES(1,12,'5.0.0');
CREATE INDEX ix_mdm_candidates_study_id ON mdm_candidates (study_id);
CREATE INDEX ix_mdm_workers_study_id ON mdm_workers (study_id);
CREATE INDEX ix_mdm_study_changes_study_id ON mdm_study_changes (study_id);
CREATE INDEX ix_mdm_exports_study_id ON mdm_exports (study_id);
CREATE INDEX ix_mdm_trials_candidate_id ON mdm_trials (candidate_id);
CREATE INDEX ix_mdm_trials_worker_id ON mdm_trials (worker_id);
CREATE INDEX ix_mdm_measurements_candidate_id ON mdm_measurements (candidate_id);
CREATE INDEX ix_mdm_measurements_study_role ON mdm_measurements (study_id, role, budget_steps);
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
CREATE INDEX ix_trials_study_id ON trials (study_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('mdm_measurements',36);
COMMIT;
