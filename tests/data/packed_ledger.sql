BEGIN TRANSACTION;
CREATE TABLE aliases (
	alias VARCHAR(200) NOT NULL, 
	member_id VARCHAR(200) NOT NULL, 
	first_seen_run VARCHAR(40) NOT NULL, 
	PRIMARY KEY (alias), 
	FOREIGN KEY(first_seen_run) REFERENCES runs (run_id)
);
CREATE TABLE audit (
	seq INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	action VARCHAR(40) NOT NULL, 
	facts TEXT NOT NULL, 
	"before" VARCHAR(64) NOT NULL, 
	mac VARCHAR(64) NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "audit" VALUES(1,'2026-03-01T10:00:00+00:00','suppress','{"channel":"all","marks":["c5c0be5dc6ae7c9fb884d1e3d0d028f2"],"reason":"自己说的"}','0000000000000000000000000000000000000000000000000000000000000000','4f616382cca475623ca9c3a517a8fbd2dcc00c8cfdd1cd395427ad7629f4558a');
INSERT INTO "audit" VALUES(2,'2026-03-01T10:00:00+00:00','export','{"campaign":"春季召回","destination":"sms-aliyun","export_id":"20260301T10000000Z-c34b32","files":[{"file":"out.csv","rows":1,"sha256":"dae96fc0046a5ae1864d9a66e6715da8da08240e7119816ab722261c0744d8e8"}],"seal":"bfbedfdcc6026262ece98505ff150eb2c022080a2e0ee6cce29423a8f179b77e","sent":1,"sent_on":"2026-03-01"}','4f616382cca475623ca9c3a517a8fbd2dcc00c8cfdd1cd395427ad7629f4558a','a4327b9656344d8bc546b79672ee791ff6efc74df9d2407f36d52245e0ef9214');
INSERT INTO "audit" VALUES(3,'2026-03-01T10:00:00+00:00','export','{"campaign":"夏季","destination":"sms-aliyun","export_id":"20260301T10000000Z-67d192","files":[{"file":"b.csv","rows":1,"sha256":"47cfe5eb8ada0e7492d86a6b47dc93e354c32af4a3cf489e0c65067cb48277d9"}],"seal":"ec6f6bce4b1637e6a95cbdd0dcaef065370730644c4adbcadc74bbcb31a22ca1","sent":1,"sent_on":"2026-03-01"}','a4327b9656344d8bc546b79672ee791ff6efc74df9d2407f36d52245e0ef9214','e1a595aa335d9018872f4952cd5c5df49a33052e22387c3404e95b1d973d9959');
INSERT INTO "audit" VALUES(4,'2026-03-01T10:00:00+00:00','forget','{"exports":{"20260301T10000000Z-c34b32":{"is":"feb4b212c9aa75783b00033df64732a57709d7111bce725c14386351d349db1f","was":"bfbedfdcc6026262ece98505ff150eb2c022080a2e0ee6cce29423a8f179b77e"}},"marks":["873b7e0f8f263b52861cfd7f41c392fb","7d6ee2e43697bd190c8d1fc404352c17","9a22254c1e9ec3ce2f613e942f15f31d"]}','e1a595aa335d9018872f4952cd5c5df49a33052e22387c3404e95b1d973d9959','b5c9968f4a47b210f6f1dcc637bd79aeecbd73cf7e62d0853aa7be89b6cb445d');
INSERT INTO "audit" VALUES(5,'2026-03-01T10:00:00+00:00','export','{"campaign":"春季召回","destination":"staff","export_id":"20260301T10000000Z-2b6c03","files":[{"file":"c.csv","rows":1,"sha256":"47cfe5eb8ada0e7492d86a6b47dc93e354c32af4a3cf489e0c65067cb48277d9"}],"seal":"4c2e52ff777caed641b9086b5fc2da0ef9167bd335a311d5431b9641ddb2cfc9","sent":1,"sent_on":"2026-03-01"}','b5c9968f4a47b210f6f1dcc637bd79aeecbd73cf7e62d0853aa7be89b6cb445d','5ae3d142a3a91808a44bdd3a348797526f265fc92e71fd2373bfc873d90306ef');
CREATE TABLE campaign_members (
	campaign VARCHAR(32) NOT NULL, 
	starts_on DATE NOT NULL, 
	member VARCHAR(32) NOT NULL, 
	offer VARCHAR(200) NOT NULL, 
	arm VARCHAR(20) NOT NULL, 
	segment VARCHAR(200) NOT NULL, 
	worth FLOAT NOT NULL, 
	owner VARCHAR(32), 
	PRIMARY KEY (campaign, starts_on, member, offer)
);
CREATE TABLE campaign_responses (
	campaign VARCHAR(32) NOT NULL, 
	starts_on DATE NOT NULL, 
	segment VARCHAR(200) NOT NULL, 
	offer VARCHAR(200) NOT NULL, 
	shown VARCHAR(200) NOT NULL, 
	terms JSON NOT NULL, 
	people BIGINT NOT NULL, 
	buyers BIGINT NOT NULL, 
	control_people BIGINT NOT NULL, 
	control_buyers BIGINT NOT NULL, 
	run_id VARCHAR(40) NOT NULL, 
	PRIMARY KEY (campaign, starts_on, segment, offer)
);
CREATE TABLE campaign_results (
	campaign VARCHAR(32) NOT NULL, 
	starts_on DATE NOT NULL, 
	as_of DATE NOT NULL, 
	run_id VARCHAR(40) NOT NULL, 
	effects JSON NOT NULL, 
	PRIMARY KEY (campaign, starts_on, as_of)
);
CREATE TABLE campaigns (
	mark VARCHAR(32) NOT NULL, 
	starts_on DATE NOT NULL, 
	ends_on DATE NOT NULL, 
	counts_until DATE NOT NULL, 
	run_id VARCHAR(40) NOT NULL, 
	campaign VARCHAR(200) NOT NULL, 
	planned_as_of DATE NOT NULL, 
	is_explore BOOLEAN NOT NULL, 
	rules JSON NOT NULL, 
	figures JSON NOT NULL, 
	PRIMARY KEY (mark, starts_on)
);
CREATE TABLE contact_keys (
	fingerprint VARCHAR(64) NOT NULL, scheme VARCHAR(20) NOT NULL DEFAULT 'hmac-sha256', 
	PRIMARY KEY (fingerprint)
);
INSERT INTO "contact_keys" VALUES('eadc27d1709cc15a9491a435c97317bbb5682f1211afecb8ff2434f2d1c20c5a','blake2s');
CREATE TABLE export_people (
	export_id VARCHAR(40) NOT NULL, 
	fate VARCHAR(40) NOT NULL, 
	part INTEGER NOT NULL, 
	members BLOB NOT NULL, 
	phones BLOB NOT NULL, 
	PRIMARY KEY (export_id, fate, part)
);
INSERT INTO "export_people" VALUES('20260301T10000000Z-c34b32','sent',0,X'46E599934DDD6A84C8200A6E4BCA4F19',X'7284A643DEE092E012216FECBBA91F7D');
INSERT INTO "export_people" VALUES('20260301T10000000Z-c34b32','minor',0,X'',X'');
INSERT INTO "export_people" VALUES('20260301T10000000Z-67d192','sent',0,X'537A6971C8ED778775E63BB67ED7350C',X'A644E635D14EAB19480825A76FA26E93');
INSERT INTO "export_people" VALUES('20260301T10000000Z-2b6c03','sent',0,X'537A6971C8ED778775E63BB67ED7350C',X'A644E635D14EAB19480825A76FA26E93');
CREATE TABLE exports (
	export_id VARCHAR(40) NOT NULL, 
	run_id VARCHAR(40) NOT NULL, 
	campaign VARCHAR(200) NOT NULL, 
	campaign_mark VARCHAR(32) NOT NULL, 
	destination VARCHAR(60) NOT NULL, 
	channel VARCHAR(20) NOT NULL, 
	sent_on DATE NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	files JSON NOT NULL, folder TEXT NOT NULL DEFAULT '', owners JSON NOT NULL DEFAULT '{}', 
	PRIMARY KEY (export_id)
);
INSERT INTO "exports" VALUES('20260301T10000000Z-c34b32','20260301T10000000Z-c34b32','春季召回','3a0410cbf863c4e3ad197c91ff4893cb','sms-aliyun','sms','2026-03-01','done','[{"file": "out.csv", "sha256": "dae96fc0046a5ae1864d9a66e6715da8da08240e7119816ab722261c0744d8e8", "rows": 1}]','out','{"29273290d9a7815ffe97a0b8173a4ae0": 1}');
INSERT INTO "exports" VALUES('20260301T10000000Z-67d192','20260301T10000000Z-67d192','夏季','53c1bf439de9d631d2847435a7a355f5','sms-aliyun','sms','2026-03-01','done','[{"file": "b.csv", "sha256": "47cfe5eb8ada0e7492d86a6b47dc93e354c32af4a3cf489e0c65067cb48277d9", "rows": 1}]','out','{"29273290d9a7815ffe97a0b8173a4ae0": 1}');
INSERT INTO "exports" VALUES('20260301T10000000Z-2b6c03','20260301T10000000Z-2b6c03','春季召回','3a0410cbf863c4e3ad197c91ff4893cb','staff','sms','2026-03-01','done','[{"file": "c.csv", "sha256": "47cfe5eb8ada0e7492d86a6b47dc93e354c32af4a3cf489e0c65067cb48277d9", "rows": 1}]','out','{"29273290d9a7815ffe97a0b8173a4ae0": 1}');
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
INSERT INTO "runs" VALUES('20260301T10000000Z-c34b32','export','2026-03-01','2026-03-01T10:00:00+00:00',NULL,'running','0.1.0','{}',NULL,NULL);
INSERT INTO "runs" VALUES('20260301T10000000Z-67d192','export','2026-03-01','2026-03-01T10:00:00+00:00',NULL,'running','0.1.0','{}',NULL,NULL);
INSERT INTO "runs" VALUES('20260301T10000000Z-2b6c03','export','2026-03-01','2026-03-01T10:00:00+00:00',NULL,'running','0.1.0','{}',NULL,NULL);
CREATE TABLE schema_version (
	version INTEGER NOT NULL
);
INSERT INTO "schema_version" VALUES(4);
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
INSERT INTO "suppressions" VALUES('c5c0be5dc6ae7c9fb884d1e3d0d028f2','all','自己说的','2026-03-01T10:00:00+00:00');
CREATE TABLE tombstones (
	mark VARCHAR(32) NOT NULL, 
	forgotten_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (mark)
);
INSERT INTO "tombstones" VALUES('873b7e0f8f263b52861cfd7f41c392fb','2026-03-01T10:00:00+00:00');
INSERT INTO "tombstones" VALUES('7d6ee2e43697bd190c8d1fc404352c17','2026-03-01T10:00:00+00:00');
INSERT INTO "tombstones" VALUES('9a22254c1e9ec3ce2f613e942f15f31d','2026-03-01T10:00:00+00:00');
CREATE INDEX ix_snapshots_as_of ON snapshots (as_of);
CREATE INDEX ix_exports_campaign_mark ON exports (campaign_mark);
CREATE INDEX ix_exports_sent_on ON exports (sent_on);
CREATE INDEX ix_campaigns_counts_until ON campaigns (counts_until);
CREATE INDEX ix_campaign_members_member ON campaign_members (member);
COMMIT;