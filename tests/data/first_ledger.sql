BEGIN TRANSACTION;
CREATE TABLE runs (
	run_id VARCHAR(40) NOT NULL, 
	command VARCHAR(40) NOT NULL, 
	as_of DATE NOT NULL, 
	started_at VARCHAR(32) NOT NULL, 
	finished_at VARCHAR(32), 
	status VARCHAR(20) NOT NULL, 
	version VARCHAR(40) NOT NULL, 
	parameters JSON NOT NULL, 
	inputs JSON, 
	outputs JSON, 
	PRIMARY KEY (run_id)
);
INSERT INTO "runs" VALUES('20260301T100000000-3ead15','segment','2026-03-01','2026-03-01T10:00:00+00:00',NULL,'running','0.1.0','{}',NULL,NULL);
INSERT INTO "runs" VALUES('20260301T100000000-2d8acd','export','2026-03-01','2026-03-01T10:00:00+00:00',NULL,'running','0.1.0','{}',NULL,NULL);
INSERT INTO "runs" VALUES('20260301T100000000-354115','export','2026-03-01','2026-03-01T10:00:00+00:00',NULL,'running','0.1.0','{}',NULL,NULL);
INSERT INTO "runs" VALUES('20260301T100000000-ee8752','export','2026-03-01','2026-03-01T10:00:00+00:00',NULL,'running','0.1.0','{}',NULL,NULL);
CREATE TABLE aliases (
	alias VARCHAR(200) NOT NULL, 
	member_id VARCHAR(200) NOT NULL, 
	first_seen_run VARCHAR(40) NOT NULL, 
	PRIMARY KEY (alias), 
	FOREIGN KEY(first_seen_run) REFERENCES runs (run_id)
);
INSERT INTO "aliases" VALUES('M1','V1','20260301T100000000-3ead15');
CREATE TABLE audit (
	seq INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	action VARCHAR(40) NOT NULL, 
	facts TEXT NOT NULL, 
	"before" VARCHAR(64) NOT NULL, 
	mac VARCHAR(64) NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "audit" VALUES(1,'2026-03-01T10:00:00+00:00','suppress','{"channel":"sms","marks":["975ef1d4fd4097ca702945c2ec36829b","b642bed87cf1bf2cc5241bae6c8da656","f4d7447fa97350ea4fb5fef245467b1c"],"reason":"asked"}','0000000000000000000000000000000000000000000000000000000000000000','b89fbdebd4de92b4705d159219ded4c87f5e094dc9643259af2854822595f443');
INSERT INTO "audit" VALUES(2,'2026-03-01T10:00:00+00:00','suppress','{"channel":"all","marks":["eee5fcb58aae7765efa9d4bf8e024bc0"],"reason":""}','b89fbdebd4de92b4705d159219ded4c87f5e094dc9643259af2854822595f443','82f8fa83b03966701111d6c47ae031bb1350d22833bc6f376ce59f9ec303041f');
INSERT INTO "audit" VALUES(3,'2026-03-01T10:00:00+00:00','unsuppress','{"channel":"all","marks":["eee5fcb58aae7765efa9d4bf8e024bc0"]}','82f8fa83b03966701111d6c47ae031bb1350d22833bc6f376ce59f9ec303041f','0687608b07f4fa0026e8a1cd0bfba9584003fe2cd226750cd9f7d7b4490f8f30');
INSERT INTO "audit" VALUES(4,'2026-03-01T10:00:00+00:00','export','{"campaign":"春季召回","destination":"sms-aliyun","digest":"9ad24a90a6377004b471b5b8274e56cf","export_id":"20260301T100000000-2d8acd","files":[{"file":"out.csv","rows":2,"sha256":"b9512b5ec71542a2147d5dd480d4334d20d4db4a7e8a7a016c9e5b129499c82a"}],"sent":2}','0687608b07f4fa0026e8a1cd0bfba9584003fe2cd226750cd9f7d7b4490f8f30','2d4c5418bee01fa965bb8898a605ef87663b3c7d9639107071baf8799021b6a2');
INSERT INTO "audit" VALUES(5,'2026-03-01T10:00:00+00:00','export','{"campaign":"夏季","destination":"sms-aliyun","digest":"5c61b0cfc3afb4dd14992dfc06ae35fe","export_id":"20260301T100000000-354115","files":[{"file":"two.csv","rows":1,"sha256":"47cfe5eb8ada0e7492d86a6b47dc93e354c32af4a3cf489e0c65067cb48277d9"}],"sent":1}','2d4c5418bee01fa965bb8898a605ef87663b3c7d9639107071baf8799021b6a2','2d656d334a0b54c78e5b969badaa67a25c57fcd7b29088197a1ee619323938c5');
INSERT INTO "audit" VALUES(6,'2026-03-01T10:00:00+00:00','forget','{"contacts":{},"marks":["b1e0d7af5d886faf99dd3915f47b03f8","3fbfc2ebf1961626a940b7c4858e2caa","900bcd597efc3a9e76c5203f86c6756b"],"removed":{"contacts":0,"exclusions":1,"suppressions":0}}','2d656d334a0b54c78e5b969badaa67a25c57fcd7b29088197a1ee619323938c5','b76b2061d768e70d86543a88a74087fe9ff699398eb90a9c57ab46392ca4685c');
INSERT INTO "audit" VALUES(7,'2026-03-01T10:00:00+00:00','forget','{"contacts":{},"marks":["f4af7ca9f0ecc79b5216c1df43a8c303","1f5927f0ef2fe00bfafa467118bb2fc4","5a6d09136d42ca3abd212e4c2b20acc0"],"removed":{"contacts":0,"exclusions":0,"suppressions":0}}','b76b2061d768e70d86543a88a74087fe9ff699398eb90a9c57ab46392ca4685c','aa71adb8bb1ed51421b6f8c12064b150d28d5fab5e4e3042700d97b6ca4ecd96');
INSERT INTO "audit" VALUES(8,'2026-03-01T10:00:00+00:00','export','{"campaign":"春季召回","destination":"staff","digest":"ba2a7f69038a340073c6d73b25e99090","export_id":"20260301T100000000-ee8752","files":[{"file":"three.csv","rows":1,"sha256":"dae96fc0046a5ae1864d9a66e6715da8da08240e7119816ab722261c0744d8e8"}],"sent":1}','aa71adb8bb1ed51421b6f8c12064b150d28d5fab5e4e3042700d97b6ca4ecd96','221b7bc2c0aaaf16df41db4e2db72bfb77dc9124e811e6fac27a6ec48ad648b0');
CREATE TABLE contact_keys (
	fingerprint VARCHAR(64) NOT NULL, 
	PRIMARY KEY (fingerprint)
);
INSERT INTO "contact_keys" VALUES('eadc27d1709cc15a9491a435c97317bbb5682f1211afecb8ff2434f2d1c20c5a');
CREATE TABLE export_contacts (
	contact_id VARCHAR(32) NOT NULL, 
	export_id VARCHAR(40) NOT NULL, 
	member VARCHAR(32) NOT NULL, 
	address VARCHAR(32), 
	owner VARCHAR(32), 
	PRIMARY KEY (contact_id)
);
INSERT INTO "export_contacts" VALUES('0506a5f358ae2891c53e38c1385a6370','20260301T100000000-2d8acd','5edf1897877dd2df9208b7a9de3c43e8','7e3c1cc40df78a31fa4b8c518ccce08c','f568807879b0eb932dbb1e767a9fc6c8');
INSERT INTO "export_contacts" VALUES('95cba49d4d894772ef337cf6eef3f35f','20260301T100000000-2d8acd','6443870976f4b642ec7b943a6a5a6195','ea0e48c904e84a442c01908e6d6a34ca','f568807879b0eb932dbb1e767a9fc6c8');
INSERT INTO "export_contacts" VALUES('5c61b0cfc3afb4dd14992dfc06ae35fe','20260301T100000000-354115','6443870976f4b642ec7b943a6a5a6195','ea0e48c904e84a442c01908e6d6a34ca','f568807879b0eb932dbb1e767a9fc6c8');
INSERT INTO "export_contacts" VALUES('ba2a7f69038a340073c6d73b25e99090','20260301T100000000-ee8752','5edf1897877dd2df9208b7a9de3c43e8','7e3c1cc40df78a31fa4b8c518ccce08c','f568807879b0eb932dbb1e767a9fc6c8');
CREATE TABLE export_exclusions (
	export_id VARCHAR(40) NOT NULL, 
	member VARCHAR(32) NOT NULL, 
	reason VARCHAR(40) NOT NULL, 
	PRIMARY KEY (export_id, member)
);
CREATE TABLE exports (
	export_id VARCHAR(40) NOT NULL, 
	run_id VARCHAR(40) NOT NULL, 
	campaign VARCHAR(200) NOT NULL, 
	campaign_mark VARCHAR(32) NOT NULL, 
	destination VARCHAR(60) NOT NULL, 
	channel VARCHAR(20) NOT NULL, 
	sent_on DATE NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	files JSON NOT NULL, 
	PRIMARY KEY (export_id)
);
INSERT INTO "exports" VALUES('20260301T100000000-2d8acd','20260301T100000000-2d8acd','春季召回','81280bda6e458ef7548397b4ef2662f5','sms-aliyun','sms','2026-03-01','done','[{"file": "out.csv", "sha256": "b9512b5ec71542a2147d5dd480d4334d20d4db4a7e8a7a016c9e5b129499c82a", "rows": 2}]');
INSERT INTO "exports" VALUES('20260301T100000000-354115','20260301T100000000-354115','夏季','3220f11e38fb08027822df8a5b2260fc','sms-aliyun','sms','2026-03-01','done','[{"file": "two.csv", "sha256": "47cfe5eb8ada0e7492d86a6b47dc93e354c32af4a3cf489e0c65067cb48277d9", "rows": 1}]');
INSERT INTO "exports" VALUES('20260301T100000000-ee8752','20260301T100000000-ee8752','春季召回','81280bda6e458ef7548397b4ef2662f5','staff','sms','2026-03-01','done','[{"file": "three.csv", "sha256": "dae96fc0046a5ae1864d9a66e6715da8da08240e7119816ab722261c0744d8e8", "rows": 1}]');
CREATE TABLE schema_version (
	version INTEGER NOT NULL
);
INSERT INTO "schema_version" VALUES(2);
CREATE TABLE snapshots (
	run_id VARCHAR(40) NOT NULL, 
	as_of DATE NOT NULL, 
	path VARCHAR(200) NOT NULL, 
	members BIGINT NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	PRIMARY KEY (run_id), 
	FOREIGN KEY(run_id) REFERENCES runs (run_id)
);
CREATE TABLE suppressions (
	mark VARCHAR(32) NOT NULL, 
	channel VARCHAR(20) NOT NULL, 
	reason VARCHAR(200) NOT NULL, 
	added_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (mark, channel)
);
INSERT INTO "suppressions" VALUES('975ef1d4fd4097ca702945c2ec36829b','sms','asked','2026-03-01T10:00:00+00:00');
INSERT INTO "suppressions" VALUES('b642bed87cf1bf2cc5241bae6c8da656','sms','asked','2026-03-01T10:00:00+00:00');
INSERT INTO "suppressions" VALUES('f4d7447fa97350ea4fb5fef245467b1c','sms','asked','2026-03-01T10:00:00+00:00');
CREATE TABLE tombstones (
	mark VARCHAR(32) NOT NULL, 
	forgotten_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (mark)
);
INSERT INTO "tombstones" VALUES('b1e0d7af5d886faf99dd3915f47b03f8','2026-03-01T10:00:00+00:00');
INSERT INTO "tombstones" VALUES('3fbfc2ebf1961626a940b7c4858e2caa','2026-03-01T10:00:00+00:00');
INSERT INTO "tombstones" VALUES('900bcd597efc3a9e76c5203f86c6756b','2026-03-01T10:00:00+00:00');
INSERT INTO "tombstones" VALUES('f4af7ca9f0ecc79b5216c1df43a8c303','2026-03-01T10:00:00+00:00');
INSERT INTO "tombstones" VALUES('1f5927f0ef2fe00bfafa467118bb2fc4','2026-03-01T10:00:00+00:00');
INSERT INTO "tombstones" VALUES('5a6d09136d42ca3abd212e4c2b20acc0','2026-03-01T10:00:00+00:00');
CREATE INDEX ix_snapshots_as_of ON snapshots (as_of);
CREATE INDEX ix_exports_campaign_mark ON exports (campaign_mark);
CREATE INDEX ix_exports_sent_on ON exports (sent_on);
CREATE INDEX ix_export_contacts_export_id ON export_contacts (export_id);
CREATE INDEX ix_export_contacts_member ON export_contacts (member);
CREATE INDEX ix_export_contacts_address ON export_contacts (address);
CREATE INDEX ix_export_exclusions_member ON export_exclusions (member);
COMMIT;
