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
INSERT INTO "mdm_alembic_version" VALUES('0006');
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
INSERT INTO "mdm_candidates" VALUES(11,1,'sine',4);
INSERT INTO "mdm_candidates" VALUES(12,1,'beta',2);
INSERT INTO "mdm_candidates" VALUES(13,1,'beta',3);
INSERT INTO "mdm_candidates" VALUES(14,1,'sine',6);
INSERT INTO "mdm_candidates" VALUES(15,1,'beta',5);
INSERT INTO "mdm_candidates" VALUES(16,2,'beta',4);
INSERT INTO "mdm_candidates" VALUES(17,2,'beta',6);
INSERT INTO "mdm_candidates" VALUES(18,2,'beta',4);
INSERT INTO "mdm_candidates" VALUES(19,2,'beta',6);
INSERT INTO "mdm_candidates" VALUES(20,2,'beta',4);
INSERT INTO "mdm_candidates" VALUES(21,2,'beta',6);
INSERT INTO "mdm_candidates" VALUES(22,2,'beta',4);
INSERT INTO "mdm_candidates" VALUES(23,2,'beta',6);
INSERT INTO "mdm_candidates" VALUES(24,3,'free',4);
INSERT INTO "mdm_candidates" VALUES(25,3,'free',6);
INSERT INTO "mdm_candidates" VALUES(26,3,'free',4);
INSERT INTO "mdm_candidates" VALUES(27,3,'free',6);
INSERT INTO "mdm_candidates" VALUES(28,3,'free',4);
INSERT INTO "mdm_candidates" VALUES(29,3,'free',6);
INSERT INTO "mdm_candidates" VALUES(30,3,'free',4);
INSERT INTO "mdm_candidates" VALUES(31,3,'free',6);
INSERT INTO "mdm_candidates" VALUES(32,3,'free',4);
CREATE TABLE mdm_counts (
	candidate_id INTEGER NOT NULL, 
	step INTEGER NOT NULL, 
	tokens BIGINT NOT NULL, 
	PRIMARY KEY (candidate_id, step), 
	FOREIGN KEY(candidate_id) REFERENCES mdm_candidates (id) ON DELETE CASCADE
);
INSERT INTO "mdm_counts" VALUES(24,0,2);
INSERT INTO "mdm_counts" VALUES(24,1,3);
INSERT INTO "mdm_counts" VALUES(24,2,4);
INSERT INTO "mdm_counts" VALUES(24,3,7);
INSERT INTO "mdm_counts" VALUES(25,0,2);
INSERT INTO "mdm_counts" VALUES(25,1,2);
INSERT INTO "mdm_counts" VALUES(25,2,2);
INSERT INTO "mdm_counts" VALUES(25,3,2);
INSERT INTO "mdm_counts" VALUES(25,4,3);
INSERT INTO "mdm_counts" VALUES(25,5,5);
INSERT INTO "mdm_counts" VALUES(26,0,1);
INSERT INTO "mdm_counts" VALUES(26,1,1);
INSERT INTO "mdm_counts" VALUES(26,2,3);
INSERT INTO "mdm_counts" VALUES(26,3,11);
INSERT INTO "mdm_counts" VALUES(27,0,1);
INSERT INTO "mdm_counts" VALUES(27,1,1);
INSERT INTO "mdm_counts" VALUES(27,2,1);
INSERT INTO "mdm_counts" VALUES(27,3,1);
INSERT INTO "mdm_counts" VALUES(27,4,2);
INSERT INTO "mdm_counts" VALUES(27,5,10);
INSERT INTO "mdm_counts" VALUES(28,0,1);
INSERT INTO "mdm_counts" VALUES(28,1,1);
INSERT INTO "mdm_counts" VALUES(28,2,1);
INSERT INTO "mdm_counts" VALUES(28,3,13);
INSERT INTO "mdm_counts" VALUES(29,0,1);
INSERT INTO "mdm_counts" VALUES(29,1,1);
INSERT INTO "mdm_counts" VALUES(29,2,1);
INSERT INTO "mdm_counts" VALUES(29,3,1);
INSERT INTO "mdm_counts" VALUES(29,4,1);
INSERT INTO "mdm_counts" VALUES(29,5,11);
INSERT INTO "mdm_counts" VALUES(30,0,3);
INSERT INTO "mdm_counts" VALUES(30,1,3);
INSERT INTO "mdm_counts" VALUES(30,2,4);
INSERT INTO "mdm_counts" VALUES(30,3,6);
INSERT INTO "mdm_counts" VALUES(31,0,1);
INSERT INTO "mdm_counts" VALUES(31,1,2);
INSERT INTO "mdm_counts" VALUES(31,2,2);
INSERT INTO "mdm_counts" VALUES(31,3,3);
INSERT INTO "mdm_counts" VALUES(31,4,3);
INSERT INTO "mdm_counts" VALUES(31,5,5);
INSERT INTO "mdm_counts" VALUES(32,0,3);
INSERT INTO "mdm_counts" VALUES(32,1,3);
INSERT INTO "mdm_counts" VALUES(32,2,3);
INSERT INTO "mdm_counts" VALUES(32,3,7);
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
INSERT INTO "mdm_exports" VALUES(1,1,4,'json','{"format": "mdm-opt schedule", "schema_version": 1, "schedule": {"family": "beta", "beta_a": 0.5, "beta_b": 0.5, "steps": 4, "length": 16, "reveal": "fixed", "rounding": "full", "block_length": null, "counts": [4, 4, 4, 4], "revealed": [0.0, 0.25, 0.5000000000000001, 0.75, 1.0]}, "sampler": {"order": "random", "temperature": 1.0, "guidance": 0.0, "end_last": false}, "result": {"objective": "validity", "unit": "share", "direction": "maximize", "value": 0.25, "interval": [0.10182067491213048, 0.49498316535508774], "confidence": 0.95, "claim_error_rate": 0.025000000000000022, "instances": 16, "nfe": 4.0, "verified": true, "baselines": {"linear": {"value": 0.25, "interval": [0.10182067491213048, 0.49498316535508774], "steps": 4, "nfe": 4.0}, "sin2": {"value": 0.0, "interval": [0.0, 0.1936076805344365], "steps": 4, "nfe": 4.0}, "sine": {"value": 0.0, "interval": [0.0, 0.1936076805344365], "steps": 4, "nfe": 4.0}}, "gain_over_linear": {"value": 0.0, "interval": [-0.17610122978438686, 0.17610122978438686]}, "better_than_linear": false, "linear_steps_for_equal_quality": 4}, "provenance": {"study": "old", "study_file": {"study": {"name": "old", "seed": 0}, "model": {"kind": "enumerated", "law": "sudoku4", "options": {}, "batch_size": 64}, "sampler": {"order": "random", "temperature": 1.0, "reveal": "fixed", "rounding": "full", "guidance": 0.0, "end_last": false}, "space": {"family": "beta", "steps": [4, 6], "beta_a": [0.1, 8.0], "beta_b": [0.1, 8.0]}, "objective": {"kind": "validity", "instances": 8, "verifier": "sudoku", "options": {}}, "search": {"trials": 10, "sampler": "random", "seeds": ["energy", "baselines"], "racing": true, "samples": 3}, "profile": {"sequences": 32, "precision": 0.1, "boundaries": 32, "orders": 2, "estimator": "auto", "seed": 0}, "verify": {"instances": 16, "top": 2, "confidence": 0.95, "equal_linear": true}}, "study_file_hash": "974e6bc75e5101394c11606ab311f6f4af8634f193bcc6d4c2c5336942dc1d24", "trial": 0, "label": "energy: linear", "seed": 0, "model": {"kind": "enumerated", "law": "sudoku4", "options": {}, "batch_size": 64}, "model_fingerprint": "enumerated:a2012cb30fdb22ba485ea226c2855b3b40a21a3b54fcc678fad06670392a038a", "objective_fingerprint": null, "versions": {"mdm-opt": "0.1.0", "python": "3.11.7", "torch": "2.13.0+cpu", "transformers": "5.23.0", "optuna": "5.0.0", "numpy": "2.4.6", "scipy": "1.17.1"}, "git_hash": "c19bcbb7f24f2e40df3dddf1e9ef505e00bc943b", "created_at": "2026-11-30T07:46:59+00:00"}}','2026-11-30 07:46:59.356016');
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
INSERT INTO "mdm_measurements" VALUES(1,1,'search','energy: linear',0,4,1,0.25,1.63663417676994271676e-01,8,NULL,NULL,NULL,0,4.0,1,'{}',32,5.97848399775102734565e-03,'cpu',1,'2026-11-30 07:46:55.770426');
INSERT INTO "mdm_measurements" VALUES(2,1,'search','energy: linear',1,6,2,0.375,1.82981263677849947946e-01,8,NULL,NULL,NULL,0,6.0,1,'{}',48,5.71930600563064217567e-03,'cpu',1,'2026-11-30 07:46:55.924536');
INSERT INTO "mdm_measurements" VALUES(3,1,'search','energy: sin2',2,4,3,0.0,0.0,8,NULL,NULL,NULL,0,4.0,1,'{}',32,1.68669619961292482912e-02,'cpu',1,'2026-11-30 07:46:56.435659');
INSERT INTO "mdm_measurements" VALUES(4,1,'search','energy: sin2',3,6,4,0.5,1.88982236504613598793e-01,8,NULL,NULL,NULL,0,6.0,1,'{}',48,1.4211538997187744826e-02,'cpu',1,'2026-11-30 07:46:56.764262');
INSERT INTO "mdm_measurements" VALUES(5,1,'search','paper: (0.9, 0.3)',4,4,5,0.0,0.0,8,NULL,NULL,NULL,0,4.0,1,'{}',32,1.33436210016952827572e-02,'cpu',1,'2026-11-30 07:46:57.017941');
INSERT INTO "mdm_measurements" VALUES(6,1,'search','paper: (0.9, 0.3)',5,6,6,0.375,1.82981263677849947946e-01,8,NULL,NULL,NULL,0,6.0,1,'{}',48,1.33238619964686222374e-02,'cpu',1,'2026-11-30 07:46:57.257058');
INSERT INTO "mdm_measurements" VALUES(7,1,'search','paper: (1, 0.2)',6,4,7,0.0,0.0,8,NULL,NULL,NULL,0,4.0,1,'{}',32,3.37787099851993843913e-03,'cpu',1,'2026-11-30 07:46:57.593203');
INSERT INTO "mdm_measurements" VALUES(8,1,'search','paper: (1, 0.2)',7,6,8,0.25,1.63663417676994271676e-01,8,NULL,NULL,NULL,0,6.0,1,'{}',48,1.32973270010552369058e-02,'cpu',1,'2026-11-30 07:46:57.973355');
INSERT INTO "mdm_measurements" VALUES(9,1,'search','search',8,4,9,0.0,0.0,8,NULL,NULL,NULL,0,4.0,1,'{}',32,1.39831799970124848186e-02,'cpu',1,'2026-11-30 07:46:58.256787');
INSERT INTO "mdm_measurements" VALUES(10,1,'search','search',9,6,10,0.0,0.0,8,NULL,NULL,NULL,0,6.0,1,'{}',48,1.36069290019804611802e-02,'cpu',1,'2026-11-30 07:46:58.533381');
INSERT INTO "mdm_measurements" VALUES(11,1,'selection','energy: linear',NULL,4,1,0.125,0.125,8,NULL,NULL,NULL,0,4.0,1,'{}',32,1.20320179994450882077e-02,'cpu',NULL,'2026-11-30 07:46:59.008880');
INSERT INTO "mdm_measurements" VALUES(12,1,'selection','energy: sin2',NULL,4,3,0.0,0.0,8,NULL,NULL,NULL,0,4.0,1,'{}',32,3.00366300507448613643e-03,'cpu',NULL,'2026-11-30 07:46:59.010334');
INSERT INTO "mdm_measurements" VALUES(13,1,'verification','best',NULL,4,1,0.25,1.11803398874989481925e-01,16,NULL,NULL,NULL,0,4.0,1,'{}',64,1.2333800004853401333e-02,'cpu',NULL,'2026-11-30 07:46:59.011994');
INSERT INTO "mdm_measurements" VALUES(14,1,'verification','linear',NULL,4,1,0.25,1.11803398874989481925e-01,16,NULL,NULL,NULL,0,4.0,1,'{}',64,3.18931599758798256516e-03,'cpu',NULL,'2026-11-30 07:46:59.018180');
INSERT INTO "mdm_measurements" VALUES(15,1,'verification','sin2',NULL,4,3,0.0,0.0,16,NULL,NULL,NULL,0,4.0,1,'{}',64,1.20934080041479319334e-02,'cpu',NULL,'2026-11-30 07:46:59.020379');
INSERT INTO "mdm_measurements" VALUES(16,1,'verification','sine',NULL,4,11,0.0,0.0,16,NULL,NULL,NULL,0,4.0,1,'{}',64,3.70384300185833126306e-03,'cpu',NULL,'2026-11-30 07:46:59.022557');
INSERT INTO "mdm_measurements" VALUES(17,1,'verification','linear',NULL,4,12,0.0,0.0,16,NULL,NULL,NULL,0,2.0,1,'{}',32,2.65072600450366735458e-03,'cpu',NULL,'2026-11-30 07:46:59.024743');
INSERT INTO "mdm_measurements" VALUES(18,1,'verification','linear',NULL,4,13,0.0625,0.0625,16,NULL,NULL,NULL,0,3.0,1,'{}',48,3.26782100455602630972e-03,'cpu',NULL,'2026-11-30 07:46:59.031488');
INSERT INTO "mdm_measurements" VALUES(19,1,'selection','energy: sin2',NULL,6,4,0.25,1.63663417676994271676e-01,8,NULL,NULL,NULL,0,6.0,1,'{}',48,4.31522400322137400507e-03,'cpu',NULL,'2026-11-30 07:46:59.106967');
INSERT INTO "mdm_measurements" VALUES(20,1,'selection','energy: linear',NULL,6,2,0.125,0.125,8,NULL,NULL,NULL,0,6.0,1,'{}',48,8.08824200066737830638e-03,'cpu',NULL,'2026-11-30 07:46:59.108385');
INSERT INTO "mdm_measurements" VALUES(21,1,'verification','best',NULL,6,4,0.3125,1.19678388469542262839e-01,16,NULL,NULL,NULL,0,6.0,1,'{}',96,4.71407500299392268061e-03,'cpu',NULL,'2026-11-30 07:46:59.109951');
INSERT INTO "mdm_measurements" VALUES(22,1,'verification','linear',NULL,6,2,0.5625,0.128086884574495,16,NULL,NULL,NULL,0,6.0,1,'{}',96,4.66710599721409380435e-03,'cpu',NULL,'2026-11-30 07:46:59.111818');
INSERT INTO "mdm_measurements" VALUES(23,1,'verification','sin2',NULL,6,4,0.3125,1.19678388469542262839e-01,16,NULL,NULL,NULL,0,6.0,1,'{}',96,3.25181499647442251443e-03,'cpu',NULL,'2026-11-30 07:46:59.113690');
INSERT INTO "mdm_measurements" VALUES(24,1,'verification','sine',NULL,6,14,0.25,1.11803398874989481925e-01,16,NULL,NULL,NULL,0,6.0,1,'{}',96,3.83214500470785424113e-03,'cpu',NULL,'2026-11-30 07:46:59.115808');
INSERT INTO "mdm_measurements" VALUES(25,1,'verification','linear',NULL,6,13,0.0625,0.0625,16,NULL,NULL,NULL,0,3.0,1,'{}',48,2.45998400350799784064e-03,'cpu',NULL,'2026-11-30 07:46:59.117695');
INSERT INTO "mdm_measurements" VALUES(26,1,'verification','linear',NULL,6,1,0.25,1.11803398874989481925e-01,16,NULL,NULL,NULL,0,4.0,1,'{}',64,0.00268228400091175,'cpu',NULL,'2026-11-30 07:46:59.119536');
INSERT INTO "mdm_measurements" VALUES(27,1,'verification','linear',NULL,6,15,0.375,0.125,16,NULL,NULL,NULL,0,5.0,1,'{}',80,3.9008050007396377623e-03,'cpu',NULL,'2026-11-30 07:46:59.126002');
INSERT INTO "mdm_measurements" VALUES(28,2,'search','energy: linear',0,4,16,0.25,1.63663417676994271676e-01,8,NULL,NULL,NULL,0,4.0,1,'{}',32,5.87780099886003881692e-03,'cpu',2,'2026-11-30 07:47:05.790565');
INSERT INTO "mdm_measurements" VALUES(29,2,'search','energy: linear',1,6,17,0.375,1.82981263677849947946e-01,8,NULL,NULL,NULL,0,6.0,1,'{}',48,1.11329510036739520728e-02,'cpu',2,'2026-11-30 07:47:06.222692');
INSERT INTO "mdm_measurements" VALUES(30,2,'search','energy: sin2',2,4,18,0.0,0.0,8,NULL,NULL,NULL,0,4.0,1,'{}',32,5.7061229963437654078e-03,'cpu',2,'2026-11-30 07:47:06.764879');
INSERT INTO "mdm_measurements" VALUES(31,2,'search','energy: sin2',3,6,19,0.5,1.88982236504613598793e-01,8,NULL,NULL,NULL,0,6.0,1,'{}',48,2.02304609993007034063e-02,'cpu',2,'2026-11-30 07:47:07.091927');
INSERT INTO "mdm_measurements" VALUES(32,2,'search','paper: (0.9, 0.3)',4,4,20,0.0,0.0,8,NULL,NULL,NULL,0,4.0,1,'{}',32,5.38789499842096120119e-03,'cpu',2,'2026-11-30 07:47:07.362735');
INSERT INTO "mdm_measurements" VALUES(33,3,'search','profile: limit',0,4,24,0.3125,5.83970740188945944271e-02,64,NULL,NULL,NULL,0,4.0,1,'{}',256,3.92218549968674778938e-02,'cpu',3,'2026-11-30 07:47:15.114033');
INSERT INTO "mdm_measurements" VALUES(34,3,'search','profile: limit',1,6,25,0.546875,6.27166384312098645903e-02,64,NULL,NULL,NULL,0,6.0,1,'{}',384,4.3635300993628334254e-02,'cpu',3,'2026-11-30 07:47:15.332271');
INSERT INTO "mdm_measurements" VALUES(35,3,'search','paper: (0.9, 0.3)',2,4,26,0.1875,0.0491747370293402,64,0,0.1875,5.46931985401528514278e-02,0,4.0,1,'{}',256,7.32630070051527582108e-02,'cpu',3,'2026-11-30 07:47:16.062384');
INSERT INTO "mdm_measurements" VALUES(36,3,'search','paper: (0.9, 0.3)',3,6,27,0.375,6.09937545592833252339e-02,64,1,0.375,6.6332957255372207439e-02,0,6.0,1,'{}',384,8.95423210022272542119e-02,'cpu',3,'2026-11-30 07:47:17.076281');
INSERT INTO "mdm_measurements" VALUES(37,3,'search','paper: (1, 0.2)',4,4,28,0.0,0.0,32,0,0.03125,8.63406740105824577202e-02,1,4.0,1,'{}',128,5.65454770039650611579e-02,'cpu',3,'2026-11-30 07:47:17.999057');
INSERT INTO "mdm_measurements" VALUES(38,3,'search','paper: (1, 0.2)',5,6,29,0.25,5.45544725589980905589e-02,64,1,0.25,7.9498980695718229894e-02,0,6.0,1,'{}',384,7.72621400028583593666e-02,'cpu',3,'2026-11-30 07:47:18.904222');
INSERT INTO "mdm_measurements" VALUES(39,3,'search','search',6,4,30,0.25,5.45544725589980905589e-02,64,0,0.25,8.5384636886011583412e-02,0,4.0,1,'{}',256,5.57888530020136386156e-02,'cpu',3,'2026-11-30 07:47:21.952092');
INSERT INTO "mdm_measurements" VALUES(40,3,'search','search',7,6,31,0.53125,6.2870923137730974628e-02,64,1,0.53125,8.15720884920066863221e-02,0,6.0,1,'{}',384,9.05464979950920678675e-02,'cpu',3,'2026-11-30 07:47:25.031796');
INSERT INTO "mdm_measurements" VALUES(41,3,'search','search',8,4,32,0.234375,5.33695352393729061102e-02,64,0,0.234375,8.1058782365795334357e-02,0,4.0,1,'{}',256,8.16295850090682506561e-02,'cpu',3,'2026-11-30 07:47:27.980715');
CREATE TABLE mdm_models (
	fingerprint VARCHAR(128) NOT NULL, 
	source JSON NOT NULL, 
	process VARCHAR(16) DEFAULT 'masked' NOT NULL, 
	length INTEGER NOT NULL, 
	vocab_size INTEGER, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (fingerprint)
);
INSERT INTO "mdm_models" VALUES('enumerated:a2012cb30fdb22ba485ea226c2855b3b40a21a3b54fcc678fad06670392a038a','{"kind": "enumerated", "law": "sudoku4", "options": {}, "batch_size": 64}','masked',16,4,'2026-11-30 07:46:55.299357');
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
INSERT INTO "mdm_parameters" VALUES(12,'family','beta_a',0.5,NULL);
INSERT INTO "mdm_parameters" VALUES(12,'family','beta_b',0.5,NULL);
INSERT INTO "mdm_parameters" VALUES(13,'family','beta_a',0.5,NULL);
INSERT INTO "mdm_parameters" VALUES(13,'family','beta_b',0.5,NULL);
INSERT INTO "mdm_parameters" VALUES(15,'family','beta_a',0.5,NULL);
INSERT INTO "mdm_parameters" VALUES(15,'family','beta_b',0.5,NULL);
INSERT INTO "mdm_parameters" VALUES(16,'family','beta_a',0.5,NULL);
INSERT INTO "mdm_parameters" VALUES(16,'family','beta_b',0.5,NULL);
INSERT INTO "mdm_parameters" VALUES(17,'family','beta_a',0.5,NULL);
INSERT INTO "mdm_parameters" VALUES(17,'family','beta_b',0.5,NULL);
INSERT INTO "mdm_parameters" VALUES(18,'family','beta_a',1.0,NULL);
INSERT INTO "mdm_parameters" VALUES(18,'family','beta_b',1.0,NULL);
INSERT INTO "mdm_parameters" VALUES(19,'family','beta_a',1.0,NULL);
INSERT INTO "mdm_parameters" VALUES(19,'family','beta_b',1.0,NULL);
INSERT INTO "mdm_parameters" VALUES(20,'family','beta_a',0.9,NULL);
INSERT INTO "mdm_parameters" VALUES(20,'family','beta_b',0.3,NULL);
INSERT INTO "mdm_parameters" VALUES(21,'family','beta_a',0.9,NULL);
INSERT INTO "mdm_parameters" VALUES(21,'family','beta_b',0.3,NULL);
INSERT INTO "mdm_parameters" VALUES(22,'family','beta_a',1.0,NULL);
INSERT INTO "mdm_parameters" VALUES(22,'family','beta_b',0.2,NULL);
INSERT INTO "mdm_parameters" VALUES(23,'family','beta_a',1.0,NULL);
INSERT INTO "mdm_parameters" VALUES(23,'family','beta_b',0.2,NULL);
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
INSERT INTO "mdm_profile_sequences" VALUES(1,0,28,6.25931374997890088707e-03,1.2554529890917058843e+00,1.41323183797995732824e+00,3.1401849173675503333e-16);
INSERT INTO "mdm_profile_sequences" VALUES(1,1,28,6.25931374997890088707e-03,1.23004848624193208195e+00,1.40044629791739,3.1401849173675503333e-16);
INSERT INTO "mdm_profile_sequences" VALUES(1,2,28,6.25931374997890088707e-03,1.29881975887972922478e+00,1.36287608366484591648e+00,3.1401849173675503333e-16);
INSERT INTO "mdm_profile_sequences" VALUES(1,3,28,6.25931374997890088707e-03,1.51289426669526072544e+00,1.31553986111916487722e+00,3.1401849173675503333e-16);
INSERT INTO "mdm_profile_sequences" VALUES(2,0,28,6.25931374997890088707e-03,NULL,NULL,NULL);
INSERT INTO "mdm_profile_sequences" VALUES(2,1,28,6.25931374997890088707e-03,NULL,NULL,NULL);
INSERT INTO "mdm_profile_sequences" VALUES(2,2,28,6.25931374997890088707e-03,NULL,NULL,NULL);
INSERT INTO "mdm_profile_sequences" VALUES(2,3,28,6.25931374997890088707e-03,NULL,NULL,NULL);
INSERT INTO "mdm_profile_sequences" VALUES(1,4,28,7.56302750050963368266e-03,1.32437778131142058768e+00,1.3712390433629879638e+00,3.1401849173675503333e-16);
INSERT INTO "mdm_profile_sequences" VALUES(1,5,28,7.56302750050963368266e-03,1.48682943347676332912e+00,1.35579695713170411686e+00,0.0);
INSERT INTO "mdm_profile_sequences" VALUES(1,6,28,7.56302750050963368266e-03,1.24073010963465790723e+00,1.28298442842958526632e+00,0.0);
INSERT INTO "mdm_profile_sequences" VALUES(1,7,28,7.56302750050963368266e-03,1.18329522878640491789e+00,1.29421281562308898571e+00,3.1401849173675503333e-16);
INSERT INTO "mdm_profile_sequences" VALUES(2,4,28,7.56302750050963368266e-03,NULL,NULL,NULL);
INSERT INTO "mdm_profile_sequences" VALUES(2,5,28,7.56302750050963368266e-03,NULL,NULL,NULL);
INSERT INTO "mdm_profile_sequences" VALUES(2,6,28,7.56302750050963368266e-03,NULL,NULL,NULL);
INSERT INTO "mdm_profile_sequences" VALUES(2,7,28,7.56302750050963368266e-03,NULL,NULL,NULL);
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
INSERT INTO "mdm_profiles" VALUES(1,'enumerated:a2012cb30fdb22ba485ea226c2855b3b40a21a3b54fcc678fad06670392a038a','',0,6,0,'2026-11-30 07:47:13.512940');
INSERT INTO "mdm_profiles" VALUES(2,'enumerated:a2012cb30fdb22ba485ea226c2855b3b40a21a3b54fcc678fad06670392a038a','',0,6,1,'2026-11-30 07:47:13.544762');
CREATE TABLE mdm_samples (
	measurement_id INTEGER NOT NULL, 
	instance INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	PRIMARY KEY (measurement_id, instance), 
	FOREIGN KEY(measurement_id) REFERENCES mdm_measurements (id) ON DELETE CASCADE
);
INSERT INTO "mdm_samples" VALUES(1,0,'2341143231244213');
INSERT INTO "mdm_samples" VALUES(1,1,'1143421243333441');
INSERT INTO "mdm_samples" VALUES(1,2,'3412124343212134');
INSERT INTO "mdm_samples" VALUES(2,0,'2143431212343421');
INSERT INTO "mdm_samples" VALUES(2,1,'1423321441322341');
INSERT INTO "mdm_samples" VALUES(2,2,'3412124343212134');
INSERT INTO "mdm_samples" VALUES(3,0,'2142112432342422');
INSERT INTO "mdm_samples" VALUES(3,1,'1144421343333341');
INSERT INTO "mdm_samples" VALUES(3,2,'3212444211213111');
INSERT INTO "mdm_samples" VALUES(4,0,'2142112432342422');
INSERT INTO "mdm_samples" VALUES(4,1,'1423321441322341');
INSERT INTO "mdm_samples" VALUES(4,2,'2431134232144123');
INSERT INTO "mdm_samples" VALUES(5,0,'2143332212343422');
INSERT INTO "mdm_samples" VALUES(5,1,'1144421243333441');
INSERT INTO "mdm_samples" VALUES(5,2,'4431134222134123');
INSERT INTO "mdm_samples" VALUES(6,0,'2143432132141432');
INSERT INTO "mdm_samples" VALUES(6,1,'1123321444322341');
INSERT INTO "mdm_samples" VALUES(6,2,'4431134222134123');
INSERT INTO "mdm_samples" VALUES(7,0,'2141112332343422');
INSERT INTO "mdm_samples" VALUES(7,1,'1133321444332341');
INSERT INTO "mdm_samples" VALUES(7,2,'3421334222124122');
INSERT INTO "mdm_samples" VALUES(8,0,'2143332212343422');
INSERT INTO "mdm_samples" VALUES(8,1,'1123321444322341');
INSERT INTO "mdm_samples" VALUES(8,2,'4431134222134123');
INSERT INTO "mdm_samples" VALUES(9,0,'2143112442343422');
INSERT INTO "mdm_samples" VALUES(9,1,'1134421343222341');
INSERT INTO "mdm_samples" VALUES(9,2,'4311334212113122');
INSERT INTO "mdm_samples" VALUES(10,0,'2142112431342422');
INSERT INTO "mdm_samples" VALUES(10,1,'1143421243333441');
INSERT INTO "mdm_samples" VALUES(10,2,'3222444312213121');
INSERT INTO "mdm_samples" VALUES(13,0,'2234222432341331');
INSERT INTO "mdm_samples" VALUES(13,1,'1323131322214323');
INSERT INTO "mdm_samples" VALUES(13,2,'2423332144222411');
INSERT INTO "mdm_samples" VALUES(14,0,'2234222432341331');
INSERT INTO "mdm_samples" VALUES(14,1,'1323131322214323');
INSERT INTO "mdm_samples" VALUES(14,2,'2423332144222411');
INSERT INTO "mdm_samples" VALUES(15,0,'2234222432341331');
INSERT INTO "mdm_samples" VALUES(15,1,'1323131322214323');
INSERT INTO "mdm_samples" VALUES(15,2,'1424242144222411');
INSERT INTO "mdm_samples" VALUES(16,0,'2234222432341331');
INSERT INTO "mdm_samples" VALUES(16,1,'1323131322214323');
INSERT INTO "mdm_samples" VALUES(16,2,'2423332144222411');
INSERT INTO "mdm_samples" VALUES(17,0,'2234222432341331');
INSERT INTO "mdm_samples" VALUES(17,1,'1323131322214323');
INSERT INTO "mdm_samples" VALUES(17,2,'2423332144222411');
INSERT INTO "mdm_samples" VALUES(18,0,'2234222432341331');
INSERT INTO "mdm_samples" VALUES(18,1,'1323131322214323');
INSERT INTO "mdm_samples" VALUES(18,2,'2423332144222411');
INSERT INTO "mdm_samples" VALUES(21,0,'2234122432331331');
INSERT INTO "mdm_samples" VALUES(21,1,'1323131422214323');
INSERT INTO "mdm_samples" VALUES(21,2,'2423342144221411');
INSERT INTO "mdm_samples" VALUES(22,0,'2234222432341331');
INSERT INTO "mdm_samples" VALUES(22,1,'1323131322214323');
INSERT INTO "mdm_samples" VALUES(22,2,'1423232144223411');
INSERT INTO "mdm_samples" VALUES(23,0,'2234122432331331');
INSERT INTO "mdm_samples" VALUES(23,1,'1323131422214323');
INSERT INTO "mdm_samples" VALUES(23,2,'2423342144221411');
INSERT INTO "mdm_samples" VALUES(24,0,'2234222432341331');
INSERT INTO "mdm_samples" VALUES(24,1,'1323131322214323');
INSERT INTO "mdm_samples" VALUES(24,2,'2423332144222411');
INSERT INTO "mdm_samples" VALUES(25,0,'2234222432341331');
INSERT INTO "mdm_samples" VALUES(25,1,'1323131322214323');
INSERT INTO "mdm_samples" VALUES(25,2,'2423332144222411');
INSERT INTO "mdm_samples" VALUES(26,0,'2234222432341331');
INSERT INTO "mdm_samples" VALUES(26,1,'1323131322214323');
INSERT INTO "mdm_samples" VALUES(26,2,'2423332144222411');
INSERT INTO "mdm_samples" VALUES(27,0,'2234222432341331');
INSERT INTO "mdm_samples" VALUES(27,1,'1323131322214323');
INSERT INTO "mdm_samples" VALUES(27,2,'1423231441323241');
INSERT INTO "mdm_samples" VALUES(28,0,'2341143231244213');
INSERT INTO "mdm_samples" VALUES(28,1,'1143421243333441');
INSERT INTO "mdm_samples" VALUES(28,2,'3412124343212134');
INSERT INTO "mdm_samples" VALUES(29,0,'2143431212343421');
INSERT INTO "mdm_samples" VALUES(29,1,'1423321441322341');
INSERT INTO "mdm_samples" VALUES(29,2,'3412124343212134');
INSERT INTO "mdm_samples" VALUES(30,0,'2142112432342422');
INSERT INTO "mdm_samples" VALUES(30,1,'1144421343333341');
INSERT INTO "mdm_samples" VALUES(30,2,'3212444211213111');
INSERT INTO "mdm_samples" VALUES(31,0,'2142112432342422');
INSERT INTO "mdm_samples" VALUES(31,1,'1423321441322341');
INSERT INTO "mdm_samples" VALUES(31,2,'2431134232144123');
INSERT INTO "mdm_samples" VALUES(32,0,'2143332212343422');
INSERT INTO "mdm_samples" VALUES(32,1,'1144421243333441');
INSERT INTO "mdm_samples" VALUES(32,2,'4431134222134123');
INSERT INTO "mdm_samples" VALUES(33,0,'2142332412342422');
INSERT INTO "mdm_samples" VALUES(33,1,'1144421243333441');
INSERT INTO "mdm_samples" VALUES(33,2,'3222444212213111');
INSERT INTO "mdm_samples" VALUES(34,0,'2143432132141432');
INSERT INTO "mdm_samples" VALUES(34,1,'1143421243333441');
INSERT INTO "mdm_samples" VALUES(34,2,'4213134234212134');
INSERT INTO "mdm_samples" VALUES(35,0,'2143332212343422');
INSERT INTO "mdm_samples" VALUES(35,1,'1144421243333441');
INSERT INTO "mdm_samples" VALUES(35,2,'4431134222134123');
INSERT INTO "mdm_samples" VALUES(36,0,'2143432132141432');
INSERT INTO "mdm_samples" VALUES(36,1,'1123321444322341');
INSERT INTO "mdm_samples" VALUES(36,2,'4431134222134123');
INSERT INTO "mdm_samples" VALUES(37,0,'2141112332343422');
INSERT INTO "mdm_samples" VALUES(37,1,'1133321444332341');
INSERT INTO "mdm_samples" VALUES(37,2,'3421334222124122');
INSERT INTO "mdm_samples" VALUES(38,0,'2143332212343422');
INSERT INTO "mdm_samples" VALUES(38,1,'1123321444322341');
INSERT INTO "mdm_samples" VALUES(38,2,'4431134222134123');
INSERT INTO "mdm_samples" VALUES(39,0,'2143432132141432');
INSERT INTO "mdm_samples" VALUES(39,1,'1423321441322341');
INSERT INTO "mdm_samples" VALUES(39,2,'3312444313213134');
INSERT INTO "mdm_samples" VALUES(40,0,'2143431212343411');
INSERT INTO "mdm_samples" VALUES(40,1,'1423321441322341');
INSERT INTO "mdm_samples" VALUES(40,2,'2431134232144123');
INSERT INTO "mdm_samples" VALUES(41,0,'2143432132141432');
INSERT INTO "mdm_samples" VALUES(41,1,'1423321441322341');
INSERT INTO "mdm_samples" VALUES(41,2,'3312444313213134');
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
INSERT INTO "mdm_scores" VALUES(11,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(11,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(11,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(11,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(11,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(11,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(11,6,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(11,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(12,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(12,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(12,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(12,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(12,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(12,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(12,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(12,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(13,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(13,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(13,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(13,3,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(13,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(13,5,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(13,6,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(13,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(13,8,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(13,9,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(13,10,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(13,11,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(13,12,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(13,13,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(13,14,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(13,15,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(14,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(14,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(14,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(14,3,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(14,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(14,5,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(14,6,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(14,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(14,8,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(14,9,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(14,10,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(14,11,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(14,12,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(14,13,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(14,14,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(14,15,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(15,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(15,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(15,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(15,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(15,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(15,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(15,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(15,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(15,8,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(15,9,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(15,10,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(15,11,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(15,12,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(15,13,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(15,14,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(15,15,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(16,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(16,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(16,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(16,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(16,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(16,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(16,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(16,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(16,8,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(16,9,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(16,10,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(16,11,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(16,12,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(16,13,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(16,14,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(16,15,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(17,0,0.0,2.0);
INSERT INTO "mdm_scores" VALUES(17,1,0.0,2.0);
INSERT INTO "mdm_scores" VALUES(17,2,0.0,2.0);
INSERT INTO "mdm_scores" VALUES(17,3,0.0,2.0);
INSERT INTO "mdm_scores" VALUES(17,4,0.0,2.0);
INSERT INTO "mdm_scores" VALUES(17,5,0.0,2.0);
INSERT INTO "mdm_scores" VALUES(17,6,0.0,2.0);
INSERT INTO "mdm_scores" VALUES(17,7,0.0,2.0);
INSERT INTO "mdm_scores" VALUES(17,8,0.0,2.0);
INSERT INTO "mdm_scores" VALUES(17,9,0.0,2.0);
INSERT INTO "mdm_scores" VALUES(17,10,0.0,2.0);
INSERT INTO "mdm_scores" VALUES(17,11,0.0,2.0);
INSERT INTO "mdm_scores" VALUES(17,12,0.0,2.0);
INSERT INTO "mdm_scores" VALUES(17,13,0.0,2.0);
INSERT INTO "mdm_scores" VALUES(17,14,0.0,2.0);
INSERT INTO "mdm_scores" VALUES(17,15,0.0,2.0);
INSERT INTO "mdm_scores" VALUES(18,0,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(18,1,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(18,2,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(18,3,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(18,4,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(18,5,1.0,3.0);
INSERT INTO "mdm_scores" VALUES(18,6,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(18,7,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(18,8,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(18,9,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(18,10,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(18,11,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(18,12,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(18,13,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(18,14,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(18,15,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(19,0,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(19,1,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(19,2,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(19,3,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(19,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(19,5,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(19,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(19,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(20,0,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(20,1,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(20,2,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(20,3,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(20,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(20,5,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(20,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(20,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(21,0,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(21,1,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(21,2,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(21,3,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(21,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(21,5,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(21,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(21,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(21,8,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(21,9,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(21,10,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(21,11,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(21,12,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(21,13,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(21,14,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(21,15,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(22,0,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(22,1,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(22,2,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(22,3,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(22,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(22,5,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(22,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(22,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(22,8,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(22,9,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(22,10,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(22,11,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(22,12,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(22,13,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(22,14,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(22,15,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(23,0,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(23,1,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(23,2,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(23,3,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(23,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(23,5,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(23,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(23,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(23,8,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(23,9,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(23,10,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(23,11,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(23,12,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(23,13,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(23,14,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(23,15,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,0,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,1,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,2,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,3,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,5,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,8,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,9,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,10,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,11,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,12,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,13,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,14,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(24,15,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(25,0,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(25,1,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(25,2,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(25,3,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(25,4,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(25,5,1.0,3.0);
INSERT INTO "mdm_scores" VALUES(25,6,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(25,7,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(25,8,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(25,9,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(25,10,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(25,11,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(25,12,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(25,13,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(25,14,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(25,15,0.0,3.0);
INSERT INTO "mdm_scores" VALUES(26,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(26,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(26,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(26,3,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(26,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(26,5,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(26,6,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(26,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(26,8,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(26,9,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(26,10,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(26,11,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(26,12,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(26,13,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(26,14,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(26,15,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(27,0,0.0,5.0);
INSERT INTO "mdm_scores" VALUES(27,1,0.0,5.0);
INSERT INTO "mdm_scores" VALUES(27,2,1.0,5.0);
INSERT INTO "mdm_scores" VALUES(27,3,0.0,5.0);
INSERT INTO "mdm_scores" VALUES(27,4,0.0,5.0);
INSERT INTO "mdm_scores" VALUES(27,5,1.0,5.0);
INSERT INTO "mdm_scores" VALUES(27,6,1.0,5.0);
INSERT INTO "mdm_scores" VALUES(27,7,0.0,5.0);
INSERT INTO "mdm_scores" VALUES(27,8,0.0,5.0);
INSERT INTO "mdm_scores" VALUES(27,9,1.0,5.0);
INSERT INTO "mdm_scores" VALUES(27,10,1.0,5.0);
INSERT INTO "mdm_scores" VALUES(27,11,0.0,5.0);
INSERT INTO "mdm_scores" VALUES(27,12,0.0,5.0);
INSERT INTO "mdm_scores" VALUES(27,13,1.0,5.0);
INSERT INTO "mdm_scores" VALUES(27,14,0.0,5.0);
INSERT INTO "mdm_scores" VALUES(27,15,0.0,5.0);
INSERT INTO "mdm_scores" VALUES(28,0,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,2,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(28,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(29,0,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,1,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,2,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,3,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,5,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,6,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(29,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(30,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(30,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(31,0,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,1,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,2,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,3,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,5,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(31,7,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(32,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(32,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,7,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,8,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,9,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,10,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,11,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,12,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,13,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,14,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,15,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,16,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,17,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,18,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,19,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,20,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,21,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,22,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,23,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,24,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,25,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,26,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,27,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,28,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,29,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,30,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,31,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,32,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,33,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,34,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,35,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,36,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,37,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,38,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,39,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,40,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,41,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,42,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,43,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,44,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,45,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,46,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,47,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,48,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,49,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,50,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,51,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,52,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,53,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,54,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,55,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,56,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,57,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,58,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,59,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,60,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,61,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,62,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(33,63,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(34,0,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,1,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,2,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,3,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,5,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,7,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,8,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,9,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,10,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,11,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,12,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,13,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,14,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,15,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,16,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,17,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,18,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,19,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,20,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,21,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,22,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,23,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,24,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,25,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,26,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,27,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,28,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,29,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,30,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,31,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,32,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,33,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,34,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,35,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,36,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,37,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,38,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,39,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,40,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,41,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,42,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,43,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,44,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,45,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,46,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,47,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,48,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,49,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,50,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,51,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,52,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,53,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,54,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,55,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,56,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,57,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,58,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,59,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,60,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,61,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,62,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(34,63,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(35,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,8,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,9,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,10,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,11,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,12,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,13,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,14,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,15,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,16,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,17,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,18,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,19,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,20,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,21,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,22,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,23,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,24,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,25,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,26,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,27,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,28,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,29,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,30,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,31,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,32,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,33,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,34,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,35,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,36,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,37,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,38,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,39,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,40,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,41,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,42,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,43,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,44,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,45,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,46,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,47,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,48,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,49,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,50,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,51,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,52,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,53,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,54,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,55,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,56,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,57,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,58,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,59,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,60,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,61,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,62,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(35,63,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(36,0,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,1,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,2,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,3,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,5,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,8,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,9,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,10,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,11,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,12,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,13,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,14,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,15,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,16,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,17,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,18,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,19,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,20,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,21,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,22,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,23,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,24,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,25,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,26,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,27,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,28,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,29,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,30,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,31,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,32,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,33,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,34,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,35,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,36,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,37,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,38,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,39,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,40,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,41,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,42,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,43,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,44,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,45,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,46,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,47,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,48,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,49,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,50,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,51,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,52,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,53,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,54,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,55,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,56,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,57,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,58,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,59,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,60,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,61,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,62,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(36,63,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(37,0,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,1,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,6,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,8,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,9,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,10,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,11,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,12,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,13,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,14,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,15,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,16,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,17,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,18,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,19,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,20,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,21,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,22,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,23,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,24,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,25,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,26,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,27,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,28,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,29,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,30,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(37,31,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(38,0,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,1,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,2,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,3,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,4,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,5,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,6,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,8,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,9,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,10,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,11,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,12,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,13,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,14,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,15,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,16,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,17,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,18,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,19,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,20,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,21,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,22,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,23,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,24,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,25,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,26,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,27,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,28,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,29,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,30,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,31,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,32,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,33,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,34,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,35,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,36,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,37,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,38,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,39,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,40,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,41,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,42,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,43,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,44,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,45,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,46,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,47,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,48,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,49,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,50,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,51,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,52,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,53,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,54,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,55,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,56,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,57,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,58,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,59,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,60,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,61,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,62,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(38,63,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(39,0,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,1,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,6,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,8,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,9,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,10,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,11,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,12,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,13,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,14,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,15,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,16,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,17,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,18,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,19,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,20,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,21,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,22,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,23,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,24,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,25,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,26,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,27,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,28,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,29,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,30,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,31,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,32,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,33,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,34,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,35,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,36,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,37,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,38,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,39,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,40,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,41,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,42,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,43,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,44,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,45,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,46,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,47,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,48,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,49,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,50,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,51,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,52,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,53,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,54,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,55,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,56,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,57,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,58,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,59,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,60,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,61,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,62,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(39,63,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(40,0,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,1,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,2,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,3,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,4,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,5,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,6,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,7,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,8,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,9,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,10,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,11,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,12,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,13,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,14,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,15,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,16,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,17,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,18,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,19,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,20,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,21,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,22,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,23,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,24,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,25,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,26,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,27,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,28,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,29,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,30,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,31,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,32,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,33,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,34,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,35,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,36,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,37,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,38,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,39,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,40,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,41,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,42,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,43,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,44,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,45,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,46,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,47,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,48,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,49,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,50,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,51,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,52,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,53,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,54,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,55,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,56,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,57,0.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,58,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,59,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,60,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,61,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,62,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(40,63,1.0,6.0);
INSERT INTO "mdm_scores" VALUES(41,0,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,1,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,2,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,3,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,4,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,5,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,6,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,7,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,8,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,9,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,10,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,11,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,12,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,13,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,14,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,15,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,16,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,17,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,18,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,19,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,20,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,21,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,22,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,23,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,24,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,25,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,26,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,27,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,28,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,29,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,30,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,31,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,32,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,33,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,34,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,35,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,36,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,37,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,38,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,39,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,40,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,41,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,42,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,43,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,44,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,45,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,46,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,47,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,48,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,49,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,50,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,51,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,52,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,53,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,54,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,55,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,56,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,57,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,58,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,59,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,60,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,61,1.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,62,0.0,4.0);
INSERT INTO "mdm_scores" VALUES(41,63,0.0,4.0);
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
INSERT INTO "mdm_studies" VALUES(1,'old','{"model": {"batch_size": 64, "kind": "enumerated", "law": "sudoku4", "options": {}}, "objective": {"instances": 8, "kind": "validity", "options": {}, "verifier": "sudoku"}, "profile": {"boundaries": 32, "estimator": "auto", "orders": 2, "precision": 0.1, "seed": 0, "sequences": 32}, "sampler": {"end_last": false, "guidance": 0.0, "order": "random", "reveal": "fixed", "rounding": "full", "temperature": 1.0}, "search": {"racing": true, "sampler": "random", "samples": 3, "seeds": ["energy", "baselines"], "trials": 10}, "space": {"beta_a": [0.1, 8.0], "beta_b": [0.1, 8.0], "family": "beta", "steps": [4, 6]}, "study": {"name": "old", "seed": 0}, "verify": {"confidence": 0.95, "equal_linear": true, "instances": 16, "top": 2}}','974e6bc75e5101394c11606ab311f6f4af8634f193bcc6d4c2c5336942dc1d24','/studies','enumerated:a2012cb30fdb22ba485ea226c2855b3b40a21a3b54fcc678fad06670392a038a','validity','','share','maximize',0,'0.1.0','2026-11-30 07:46:55.300241');
INSERT INTO "mdm_studies" VALUES(2,'old-partly','{"model": {"batch_size": 64, "kind": "enumerated", "law": "sudoku4", "options": {}}, "objective": {"instances": 8, "kind": "validity", "options": {}, "verifier": "sudoku"}, "profile": {"boundaries": 32, "estimator": "auto", "orders": 2, "precision": 0.1, "seed": 0, "sequences": 32}, "sampler": {"end_last": false, "guidance": 0.0, "order": "random", "reveal": "fixed", "rounding": "full", "temperature": 1.0}, "search": {"racing": true, "sampler": "random", "samples": 3, "seeds": ["energy", "baselines"], "trials": 10}, "space": {"beta_a": [0.1, 8.0], "beta_b": [0.1, 8.0], "family": "beta", "steps": [4, 6]}, "study": {"name": "old-partly", "seed": 0}, "verify": {"confidence": 0.95, "equal_linear": true, "instances": 16, "top": 2}}','ef6827cb2c9ad2c8064a7471f1b3d0f25a020b82f8ad1f99292b23d944574516','/studies','enumerated:a2012cb30fdb22ba485ea226c2855b3b40a21a3b54fcc678fad06670392a038a','validity','','share','maximize',0,'0.1.0','2026-11-30 07:47:05.504298');
INSERT INTO "mdm_studies" VALUES(3,'old-free','{"model": {"batch_size": 64, "kind": "enumerated", "law": "sudoku4", "options": {}}, "objective": {"instances": 64, "kind": "validity", "options": {}, "verifier": "sudoku"}, "profile": {"boundaries": 6, "estimator": "auto", "orders": 1, "precision": 0.1, "seed": 0, "sequences": 8}, "sampler": {"end_last": false, "guidance": 0.0, "order": "random", "reveal": "fixed", "rounding": "full", "temperature": 1.0}, "search": {"racing": true, "sampler": "shape", "samples": 3, "seeds": ["baselines"], "trials": 9}, "space": {"beta_a": [0.1, 8.0], "beta_b": [0.1, 8.0], "family": "free", "steps": [4, 6]}, "study": {"name": "old-free", "seed": 0}, "verify": {"confidence": 0.95, "equal_linear": true, "instances": 256, "top": 3}}','45becc899e2fa5ee7a42d753e543705fba8030f89448a0a255208e001519d8bb','/studies','enumerated:a2012cb30fdb22ba485ea226c2855b3b40a21a3b54fcc678fad06670392a038a','validity','','share','maximize',0,'0.1.0','2026-11-30 07:47:14.748592');
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
INSERT INTO "mdm_trials" VALUES(1,1,0,'energy: linear',4,1,0,1,1,0,NULL,'2026-11-30 07:46:55','2026-11-30 07:46:55');
INSERT INTO "mdm_trials" VALUES(2,1,1,'energy: linear',6,2,1,1,1,0,NULL,'2026-11-30 07:46:55','2026-11-30 07:46:55');
INSERT INTO "mdm_trials" VALUES(3,1,2,'energy: sin2',4,3,2,1,1,0,NULL,'2026-11-30 07:46:56','2026-11-30 07:46:56');
INSERT INTO "mdm_trials" VALUES(4,1,3,'energy: sin2',6,4,3,1,1,0,NULL,'2026-11-30 07:46:56','2026-11-30 07:46:56');
INSERT INTO "mdm_trials" VALUES(5,1,4,'paper: (0.9, 0.3)',4,5,4,1,1,0,NULL,'2026-11-30 07:46:56','2026-11-30 07:46:57');
INSERT INTO "mdm_trials" VALUES(6,1,5,'paper: (0.9, 0.3)',6,6,5,1,1,0,NULL,'2026-11-30 07:46:57','2026-11-30 07:46:57');
INSERT INTO "mdm_trials" VALUES(7,1,6,'paper: (1, 0.2)',4,7,6,1,1,0,NULL,'2026-11-30 07:46:57','2026-11-30 07:46:57');
INSERT INTO "mdm_trials" VALUES(8,1,7,'paper: (1, 0.2)',6,8,7,1,1,0,NULL,'2026-11-30 07:46:57','2026-11-30 07:46:57');
INSERT INTO "mdm_trials" VALUES(9,1,8,'search',4,9,8,1,1,0,NULL,'2026-11-30 07:46:58','2026-11-30 07:46:58');
INSERT INTO "mdm_trials" VALUES(10,1,9,'search',6,10,9,1,1,0,NULL,'2026-11-30 07:46:58','2026-11-30 07:46:58');
INSERT INTO "mdm_trials" VALUES(11,2,0,'energy: linear',4,16,0,2,1,0,NULL,'2026-11-30 07:47:05','2026-11-30 07:47:05');
INSERT INTO "mdm_trials" VALUES(12,2,1,'energy: linear',6,17,1,2,1,0,NULL,'2026-11-30 07:47:06','2026-11-30 07:47:06');
INSERT INTO "mdm_trials" VALUES(13,2,2,'energy: sin2',4,18,2,2,1,0,NULL,'2026-11-30 07:47:06','2026-11-30 07:47:06');
INSERT INTO "mdm_trials" VALUES(14,2,3,'energy: sin2',6,19,3,2,1,0,NULL,'2026-11-30 07:47:06','2026-11-30 07:47:07');
INSERT INTO "mdm_trials" VALUES(15,2,4,'paper: (0.9, 0.3)',4,20,4,2,1,0,NULL,'2026-11-30 07:47:07','2026-11-30 07:47:07');
INSERT INTO "mdm_trials" VALUES(16,2,5,'paper: (0.9, 0.3)',6,21,5,2,1,0,NULL,'2026-11-30 07:47:07',NULL);
INSERT INTO "mdm_trials" VALUES(17,2,6,'paper: (1, 0.2)',4,22,NULL,NULL,0,0,NULL,NULL,NULL);
INSERT INTO "mdm_trials" VALUES(18,2,7,'paper: (1, 0.2)',6,23,NULL,NULL,0,0,NULL,NULL,NULL);
INSERT INTO "mdm_trials" VALUES(19,2,8,'search',4,NULL,NULL,NULL,0,0,NULL,NULL,NULL);
INSERT INTO "mdm_trials" VALUES(20,2,9,'search',6,NULL,NULL,NULL,0,0,NULL,NULL,NULL);
INSERT INTO "mdm_trials" VALUES(21,3,0,'profile: limit',4,24,0,3,1,0,NULL,'2026-11-30 07:47:14','2026-11-30 07:47:15');
INSERT INTO "mdm_trials" VALUES(22,3,1,'profile: limit',6,25,1,3,1,0,NULL,'2026-11-30 07:47:15','2026-11-30 07:47:15');
INSERT INTO "mdm_trials" VALUES(23,3,2,'paper: (0.9, 0.3)',4,26,2,3,1,0,NULL,'2026-11-30 07:47:15','2026-11-30 07:47:16');
INSERT INTO "mdm_trials" VALUES(24,3,3,'paper: (0.9, 0.3)',6,27,3,3,1,0,NULL,'2026-11-30 07:47:16','2026-11-30 07:47:17');
INSERT INTO "mdm_trials" VALUES(25,3,4,'paper: (1, 0.2)',4,28,4,3,1,0,NULL,'2026-11-30 07:47:17','2026-11-30 07:47:17');
INSERT INTO "mdm_trials" VALUES(26,3,5,'paper: (1, 0.2)',6,29,5,3,1,0,NULL,'2026-11-30 07:47:18','2026-11-30 07:47:18');
INSERT INTO "mdm_trials" VALUES(27,3,6,'search',4,30,6,3,1,0,NULL,'2026-11-30 07:47:18','2026-11-30 07:47:21');
INSERT INTO "mdm_trials" VALUES(28,3,7,'search',6,31,7,3,1,0,NULL,'2026-11-30 07:47:22','2026-11-30 07:47:25');
INSERT INTO "mdm_trials" VALUES(29,3,8,'search',4,32,8,3,1,0,NULL,'2026-11-30 07:47:25','2026-11-30 07:47:27');
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
INSERT INTO "mdm_workers" VALUES(1,1,'host',1,'cpu','0.1.0',60.0,'2026-11-30 07:46:55.000000','2026-11-30 07:46:55.000000','2026-11-30 07:46:58','finished');
INSERT INTO "mdm_workers" VALUES(2,2,'host',1,'cpu','0.1.0',60.0,'2026-11-30 07:47:05.000000','2026-11-30 07:47:05.000000',NULL,NULL);
INSERT INTO "mdm_workers" VALUES(3,3,'host',1,'cpu','0.1.0',60.0,'2026-11-30 07:47:14.000000','2026-11-30 07:47:24.000000','2026-11-30 07:47:28','finished');
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
INSERT INTO "study_user_attributes" VALUES(1,1,'mdm_opt_version','"0.1.0"');
INSERT INTO "study_user_attributes" VALUES(2,2,'mdm_opt_version','"0.1.0"');
INSERT INTO "study_user_attributes" VALUES(3,3,'mdm_opt_version','"0.1.0"');
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
INSERT INTO "trial_params" VALUES(81,24,'free_1',-1.12366615142277304073e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(82,24,'free_2',-9.11607783969773377563e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(83,24,'free_3',-3.25989401903142794747e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
INSERT INTO "trial_params" VALUES(84,24,'free_4',-5.26316999470306801089e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -64.0, "high": 64.0, "log": false}}');
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
INSERT INTO "trial_user_attributes" VALUES(78,24,'counts','[1, 2, 2, 3, 3, 5]');
INSERT INTO "trial_user_attributes" VALUES(79,24,'measured','{"counts": [1, 2, 2, 3, 3, 5], "nfe": 6.0, "value": 0.53125, "standard_error": 0.06287092313773097, "instances": 64}');
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
INSERT INTO "trial_values" VALUES(43,24,0,0.53125,'FINITE');
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
INSERT INTO "trials" VALUES(1,0,1,'COMPLETE','2026-11-30 07:46:55.000000','2026-11-30 07:46:55.842035');
INSERT INTO "trials" VALUES(2,1,1,'COMPLETE','2026-11-30 07:46:55.000000','2026-11-30 07:46:55.959731');
INSERT INTO "trials" VALUES(3,2,1,'COMPLETE','2026-11-30 07:46:56.000000','2026-11-30 07:46:56.478516');
INSERT INTO "trials" VALUES(4,3,1,'COMPLETE','2026-11-30 07:46:56.000000','2026-11-30 07:46:56.807195');
INSERT INTO "trials" VALUES(5,4,1,'COMPLETE','2026-11-30 07:46:56.000000','2026-11-30 07:46:57.058767');
INSERT INTO "trials" VALUES(6,5,1,'COMPLETE','2026-11-30 07:46:57.000000','2026-11-30 07:46:57.306404');
INSERT INTO "trials" VALUES(7,6,1,'COMPLETE','2026-11-30 07:46:57.000000','2026-11-30 07:46:57.630215');
INSERT INTO "trials" VALUES(8,7,1,'COMPLETE','2026-11-30 07:46:57.000000','2026-11-30 07:46:58.010512');
INSERT INTO "trials" VALUES(9,8,1,'COMPLETE','2026-11-30 07:46:58.000000','2026-11-30 07:46:58.298572');
INSERT INTO "trials" VALUES(10,9,1,'COMPLETE','2026-11-30 07:46:58.000000','2026-11-30 07:46:58.574553');
INSERT INTO "trials" VALUES(11,0,2,'COMPLETE','2026-11-30 07:47:05.000000','2026-11-30 07:47:05.864003');
INSERT INTO "trials" VALUES(12,1,2,'COMPLETE','2026-11-30 07:47:06.000000','2026-11-30 07:47:06.264217');
INSERT INTO "trials" VALUES(13,2,2,'COMPLETE','2026-11-30 07:47:06.000000','2026-11-30 07:47:06.803842');
INSERT INTO "trials" VALUES(14,3,2,'COMPLETE','2026-11-30 07:47:06.000000','2026-11-30 07:47:07.136182');
INSERT INTO "trials" VALUES(15,4,2,'COMPLETE','2026-11-30 07:47:07.000000','2026-11-30 07:47:07.412124');
INSERT INTO "trials" VALUES(16,5,2,'RUNNING','2026-11-30 07:47:07.000000',NULL);
INSERT INTO "trials" VALUES(17,0,3,'COMPLETE','2026-11-30 07:47:14.000000','2026-11-30 07:47:15.187787');
INSERT INTO "trials" VALUES(18,1,3,'COMPLETE','2026-11-30 07:47:15.000000','2026-11-30 07:47:15.384770');
INSERT INTO "trials" VALUES(19,2,3,'COMPLETE','2026-11-30 07:47:15.000000','2026-11-30 07:47:16.112749');
INSERT INTO "trials" VALUES(20,3,3,'COMPLETE','2026-11-30 07:47:16.000000','2026-11-30 07:47:17.124887');
INSERT INTO "trials" VALUES(21,4,3,'PRUNED','2026-11-30 07:47:17.000000','2026-11-30 07:47:18.062095');
INSERT INTO "trials" VALUES(22,5,3,'COMPLETE','2026-11-30 07:47:18.000000','2026-11-30 07:47:18.971595');
INSERT INTO "trials" VALUES(23,6,3,'COMPLETE','2026-11-30 07:47:18.000000','2026-11-30 07:47:22.018189');
INSERT INTO "trials" VALUES(24,7,3,'COMPLETE','2026-11-30 07:47:22.000000','2026-11-30 07:47:25.078668');
INSERT INTO "trials" VALUES(25,8,3,'COMPLETE','2026-11-30 07:47:25.000000','2026-11-30 07:47:28.026005');
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
INSERT INTO "sqlite_sequence" VALUES('mdm_measurements',41);
COMMIT;
