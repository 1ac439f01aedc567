BEGIN TRANSACTION;
CREATE TABLE application_versions (
    version_id TEXT NOT NULL PRIMARY KEY,
    version_name TEXT NOT NULL UNIQUE,
    version_timestamp INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    created_at INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000)
, "application_name" TEXT DEFAULT NULL);
INSERT INTO "application_versions" VALUES('8e57ddd7-1504-4018-82df-c26fb8116065','hydra-1',1795407894000,1795407894000,'hydra');
CREATE TABLE backlog_documents (
	name VARCHAR NOT NULL, 
	title TEXT, 
	text TEXT NOT NULL, 
	imported_at BIGINT NOT NULL, 
	imported_by VARCHAR NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "backlog_documents" VALUES('lab','LAB','# LAB

## TIER 1: KEEP THE LAB SAFE (No User Input Required)

### 1.1 Run All Health Checks
**Priority:** HIGH | **Effort:** 5 min | **Impact:** Trouble is found before breakfast
**Run:** `maintenance.run action=health_check`

### 1.2 Tell the Phone
**Priority:** BLOCKED (needs webhook URL)
**Run:** `notify.send title="Hydra looks after the lab now" text="Good morning."`
',1795407894482159,'person:owner');
CREATE TABLE backlog_entries (
	backlog VARCHAR NOT NULL, 
	"key" VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	section VARCHAR, 
	title TEXT NOT NULL, 
	item VARCHAR NOT NULL, 
	fingerprint VARCHAR NOT NULL, 
	reported_done BOOLEAN NOT NULL, 
	concluded BOOLEAN NOT NULL, 
	planned TEXT NOT NULL, 
	PRIMARY KEY (backlog, "key"), 
	FOREIGN KEY(backlog) REFERENCES backlog_documents (name) ON DELETE CASCADE
);
INSERT INTO "backlog_entries" VALUES('lab','1.1',0,'1.1','Run All Health Checks','01a206a6-57d3-7352-ab77-ad989f52a2ff','243938ad9224d4da3d9ae583dcc089b37a2e2af2c0201e86f4fc5d946bb6072e',0,0,'{"operation":"maintenance.run","input":{"action":"health_check"},"priority":"high","window":null,"by":"run","because":"The item''s Run field says so."}');
INSERT INTO "backlog_entries" VALUES('lab','1.2',1,'1.2','Tell the Phone','01a206a6-57d3-7353-9f91-25e11c83f968','1582d8dbd8c4225801bb5e3b2b51b1b3ad9bbc9732bcbee83a158d1a1e96e726',0,0,'{"operation":"notify.send","input":{"title":"Hydra looks after the lab now","text":"Good morning."},"priority":"medium","window":null,"by":"run","because":"The item''s Run field says so."}');
CREATE TABLE credentials_keys (
	id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	scopes TEXT NOT NULL, 
	hash VARCHAR NOT NULL, 
	hint VARCHAR NOT NULL, 
	created_at BIGINT NOT NULL, 
	created_by VARCHAR NOT NULL, 
	expires_at BIGINT, 
	last_used_at BIGINT, 
	revoked_at BIGINT, 
	PRIMARY KEY (id), 
	UNIQUE (hash)
);
INSERT INTO "credentials_keys" VALUES('admin','owner','person','["admin"]','7c5e8c192328bea234658c705a4905805eb5c487b6f4cbf71b77ab5a1288cfa2','hydr…',1795407894216180,'hydra',NULL,1795407894328810,NULL);
INSERT INTO "credentials_keys" VALUES('cli','cli','person','["admin"]','066e4dd60ca5845398c1bbd7152c8bc446be0ecef5f7b7a60b7947d68950f43b','hyd_…',1795407894216180,'hydra',NULL,NULL,NULL);
INSERT INTO "credentials_keys" VALUES('01a206a6-57af-7276-b83c-0b9bfb2d75ab','phone','person','["read","approve"]','d470cc27b77a1a32f5eab9a1ddc5d4c7e80720f4aca53d10138ef62c090b961d','hyd_LDpX',1795407894447150,'owner',NULL,NULL,NULL);
CREATE TABLE credentials_links (
	hash VARCHAR NOT NULL, 
	expires_at BIGINT NOT NULL, 
	PRIMARY KEY (hash)
);
INSERT INTO "credentials_links" VALUES('0f3aa5e901b5aeb2c2a0758efe9727dd198425f7897de38fb7eb123259a49116',1795408794330039);
CREATE TABLE credentials_sessions (
	hash VARCHAR NOT NULL, 
	"key" VARCHAR NOT NULL, 
	created_at BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	PRIMARY KEY (hash), 
	FOREIGN KEY("key") REFERENCES credentials_keys (id) ON DELETE CASCADE
);
CREATE TABLE dbos_migrations (version INTEGER NOT NULL PRIMARY KEY);
INSERT INTO "dbos_migrations" VALUES(125);
CREATE TABLE docs_outlines (
	source VARCHAR NOT NULL, 
	made_at BIGINT NOT NULL, 
	version VARCHAR NOT NULL, 
	endpoints INTEGER NOT NULL, 
	outline TEXT NOT NULL, 
	PRIMARY KEY (source, made_at)
);
CREATE TABLE integrations_states (
	integration VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	detail TEXT, 
	version VARCHAR, 
	since BIGINT NOT NULL, 
	checked_at BIGINT NOT NULL, 
	latency_ms FLOAT, 
	PRIMARY KEY (integration)
);
CREATE TABLE integrations_values (
	integration VARCHAR NOT NULL, 
	field VARCHAR NOT NULL, 
	sealed TEXT NOT NULL, 
	set_by VARCHAR NOT NULL, 
	set_at BIGINT NOT NULL, 
	PRIMARY KEY (integration, field)
);
CREATE TABLE journal_events (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at BIGINT NOT NULL, 
	name VARCHAR NOT NULL, 
	actor VARCHAR NOT NULL, 
	actor_name VARCHAR NOT NULL, 
	subject VARCHAR, 
	cause BIGINT, 
	item VARCHAR, 
	data TEXT NOT NULL
);
INSERT INTO "journal_events" VALUES(1,1795407894304277,'schedules.created','hydra','hydra','Back up Hydra and verify the copy',NULL,NULL,'{"operation":"maintenance.run","cron":"30 3 * * *","time_zone":"Etc/UTC"}');
INSERT INTO "journal_events" VALUES(2,1795407894314969,'schedules.created','hydra','hydra','Forget what has expired',NULL,NULL,'{"operation":"maintenance.run","cron":"50 3 * * *","time_zone":"Etc/UTC"}');
INSERT INTO "journal_events" VALUES(3,1795407894316864,'schedules.created','hydra','hydra','Measure every disk that holds data',NULL,NULL,'{"operation":"maintenance.run","cron":"10 4 * * *","time_zone":"Etc/UTC"}');
INSERT INTO "journal_events" VALUES(4,1795407894319193,'schedules.created','hydra','hydra','Prove that the newest backup can be restored',NULL,NULL,'{"operation":"maintenance.run","cron":"20 4 * * 0","time_zone":"Etc/UTC"}');
INSERT INTO "journal_events" VALUES(5,1795407894323335,'schedules.created','hydra','hydra','Tidy Hydra''s database',NULL,NULL,'{"operation":"maintenance.run","cron":"40 4 * * 0","time_zone":"Etc/UTC"}');
INSERT INTO "journal_events" VALUES(6,1795407894337123,'operations.called','person','owner',NULL,NULL,NULL,'{"operation":"queue.add"}');
INSERT INTO "journal_events" VALUES(7,1795407894339296,'items.created','person','owner','Tidy the database',6,'01a206a6-5741-733d-89fb-86121ad20375','{"operation":"maintenance.run","holds":[]}');
INSERT INTO "journal_events" VALUES(8,1795407894341203,'operations.done','person','owner',NULL,6,NULL,'{"operation":"queue.add"}');
INSERT INTO "journal_events" VALUES(9,1795407894344741,'items.started','hydra','hydra','Tidy the database',6,'01a206a6-5741-733d-89fb-86121ad20375','{"operation":"maintenance.run","attempt":1,"lane":"default"}');
INSERT INTO "journal_events" VALUES(10,1795407894350907,'operations.called','person','owner',NULL,NULL,NULL,'{"operation":"queue.add"}');
INSERT INTO "journal_events" VALUES(11,1795407894356217,'items.created','person','owner','Much later',10,'01a206a6-5752-70c4-96d7-76d23df6e1ca','{"operation":"state.write","holds":["not_before"]}');
INSERT INTO "journal_events" VALUES(12,1795407894358867,'operations.done','person','owner',NULL,10,NULL,'{"operation":"queue.add"}');
INSERT INTO "journal_events" VALUES(13,1795407894365939,'operations.called','person','owner',NULL,NULL,NULL,'{"operation":"queue.add"}');
INSERT INTO "journal_events" VALUES(14,1795407894367035,'items.created','person','owner','A call that is not allowed',13,'01a206a6-575e-7240-8d5f-56188cc42f40','{"operation":"http.call","holds":[]}');
INSERT INTO "journal_events" VALUES(15,1795407894368484,'operations.done','person','owner',NULL,13,NULL,'{"operation":"queue.add"}');
INSERT INTO "journal_events" VALUES(16,1795407894371603,'items.started','hydra','hydra','A call that is not allowed',13,'01a206a6-575e-7240-8d5f-56188cc42f40','{"operation":"http.call","attempt":1,"lane":"default"}');
INSERT INTO "journal_events" VALUES(17,1795407894385636,'operations.called','person','owner',NULL,NULL,NULL,'{"operation":"queue.add"}');
INSERT INTO "journal_events" VALUES(18,1795407894394912,'items.created','person','owner','After the last',17,'01a206a6-5778-713f-8566-1702810aa1fc','{"operation":"state.write","holds":["dependency"]}');
INSERT INTO "journal_events" VALUES(19,1795407894397058,'http.calling','person','owner','127.0.0.1/nobody',13,'01a206a6-575e-7240-8d5f-56188cc42f40','{"method":"GET"}');
INSERT INTO "journal_events" VALUES(20,1795407894398705,'items.done','hydra','hydra','Tidy the database',6,'01a206a6-5741-733d-89fb-86121ad20375','{"operation":"maintenance.run","attempt":1,"seconds":0.052}');
INSERT INTO "journal_events" VALUES(21,1795407894401803,'operations.done','person','owner',NULL,17,NULL,'{"operation":"queue.add"}');
INSERT INTO "journal_events" VALUES(22,1795407894402613,'http.called','person','owner','127.0.0.1/nobody',13,'01a206a6-575e-7240-8d5f-56188cc42f40','{"method":"GET","error":{"code":"denied","detail":"The host 127.0.0.1:1 is not among those that Hydra may call.","fix":"Name the host in HYDRA_HTTP__ALLOWED_HOSTS or in the setting http.allowed_hosts, e.g. lab.example:8080.","rule":"http.allowed_hosts"}}');
INSERT INTO "journal_events" VALUES(23,1795407894406010,'items.failed','hydra','hydra','A call that is not allowed',13,'01a206a6-575e-7240-8d5f-56188cc42f40','{"operation":"http.call","attempt":1,"seconds":0.035,"error":{"code":"denied","detail":"The host 127.0.0.1:1 is not among those that Hydra may call.","fix":"Name the host in HYDRA_HTTP__ALLOWED_HOSTS or in the setting http.allowed_hosts, e.g. lab.example:8080.","data":{"rule":"http.allowed_hosts"}}}');
INSERT INTO "journal_events" VALUES(24,1795407894412040,'items.started','hydra','hydra','After the last',17,'01a206a6-5778-713f-8566-1702810aa1fc','{"operation":"state.write","attempt":1,"lane":"default"}');
INSERT INTO "journal_events" VALUES(25,1795407894413114,'operations.called','person','owner',NULL,NULL,NULL,'{"operation":"queue.add"}');
INSERT INTO "journal_events" VALUES(26,1795407894415360,'items.created','person','owner','By night',25,'01a206a6-578e-7315-98ab-326d645737c9','{"operation":"state.write","holds":[]}');
INSERT INTO "journal_events" VALUES(27,1795407894426697,'items.started','hydra','hydra','By night',25,'01a206a6-578e-7315-98ab-326d645737c9','{"operation":"state.write","attempt":1,"lane":"default"}');
INSERT INTO "journal_events" VALUES(28,1795407894428680,'operations.done','person','owner',NULL,25,NULL,'{"operation":"queue.add"}');
INSERT INTO "journal_events" VALUES(29,1795407894431725,'items.done','hydra','hydra','After the last',17,'01a206a6-5778-713f-8566-1702810aa1fc','{"operation":"state.write","attempt":1,"seconds":0.021}');
INSERT INTO "journal_events" VALUES(30,1795407894441186,'operations.called','person','owner','phone',NULL,NULL,'{"operation":"keys.create"}');
INSERT INTO "journal_events" VALUES(31,1795407894447719,'keys.created','person','owner','phone',30,NULL,'{"kind":"person","scopes":["read","approve"]}');
INSERT INTO "journal_events" VALUES(32,1795407894449613,'operations.done','person','owner','phone',30,NULL,'{"operation":"keys.create"}');
INSERT INTO "journal_events" VALUES(33,1795407894451967,'items.done','hydra','hydra','By night',25,'01a206a6-578e-7315-98ab-326d645737c9','{"operation":"state.write","attempt":1,"seconds":0.034}');
INSERT INTO "journal_events" VALUES(34,1795407894457381,'operations.called','person','owner','lab',NULL,NULL,'{"operation":"backlog.import"}');
INSERT INTO "journal_events" VALUES(35,1795407894484891,'items.created','backlog','lab','Run All Health Checks',34,'01a206a6-57d3-7352-ab77-ad989f52a2ff','{"operation":"maintenance.run","holds":[]}');
INSERT INTO "journal_events" VALUES(36,1795407894484901,'items.created','backlog','lab','Tell the Phone',34,'01a206a6-57d3-7353-9f91-25e11c83f968','{"operation":"notify.send","holds":["requirement"]}');
INSERT INTO "journal_events" VALUES(37,1795407894485930,'backlog.imported','person','owner','lab',34,NULL,'{"created":2,"updated":0,"unchanged":0,"cancelled":0,"unread":0}');
INSERT INTO "journal_events" VALUES(38,1795407894487806,'operations.done','person','owner','lab',34,NULL,'{"operation":"backlog.import"}');
INSERT INTO "journal_events" VALUES(39,1795407894489911,'items.started','hydra','hydra','Run All Health Checks',34,'01a206a6-57d3-7352-ab77-ad989f52a2ff','{"operation":"maintenance.run","attempt":1,"lane":"default"}');
INSERT INTO "journal_events" VALUES(40,1795407894512441,'items.done','hydra','hydra','Run All Health Checks',34,'01a206a6-57d3-7352-ab77-ad989f52a2ff','{"operation":"maintenance.run","attempt":1,"seconds":0.023}');
CREATE TABLE limits_usage (
	day VARCHAR NOT NULL, 
	unit VARCHAR NOT NULL, 
	amount FLOAT NOT NULL, 
	PRIMARY KEY (day, unit)
);
CREATE TABLE maintenance_disk_samples (
	node VARCHAR NOT NULL, 
	mount VARCHAR NOT NULL, 
	at BIGINT NOT NULL, 
	total BIGINT NOT NULL, 
	free BIGINT NOT NULL, 
	PRIMARY KEY (node, mount, at)
);
CREATE TABLE notifications (
    message_uuid TEXT NOT NULL DEFAULT (hex(randomblob(16))) PRIMARY KEY,
    destination_uuid TEXT NOT NULL,
    topic TEXT,
    message TEXT NOT NULL,
    created_at_epoch_ms INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000), "serialization" TEXT DEFAULT NULL, "consumed" BOOLEAN NOT NULL DEFAULT FALSE, consumed_by_function_id INTEGER,
    FOREIGN KEY (destination_uuid) REFERENCES workflow_status(workflow_uuid) 
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE TABLE "operation_outputs" (
    workflow_uuid TEXT NOT NULL,
    function_id INTEGER NOT NULL,
    function_name TEXT NOT NULL DEFAULT '',
    output TEXT,
    error TEXT,
    child_workflow_id TEXT,
    started_at_epoch_ms INTEGER,
    completed_at_epoch_ms INTEGER,
    serialization TEXT,
    application_name TEXT DEFAULT NULL,
    retention_timestamp INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    PRIMARY KEY (workflow_uuid, function_id)
);
INSERT INTO "operation_outputs" VALUES('01a206a6-5741-733d-89fb-86121ad20375:1',1,'optimize','{"value":{"action":"database_optimize","summary":"The database takes 0 MiB, 1 MiB less than before.","size_before":4096,"size_after":520192,"log_before":1252512,"log_after":0,"done":["refreshed the statistics that queries are planned with","did not compact: 0% of the file is unused","emptied the write-ahead log"]}}',NULL,NULL,1795407894355,1795407894380,'hydra_json','hydra',1795407894000);
INSERT INTO "operation_outputs" VALUES('01a206a6-575e-7240-8d5f-56188cc42f40:1',1,'call',NULL,'{"error":{"name":"Denied","text":"The host 127.0.0.1:1 is not among those that Hydra may call.","kept":{"detail":"The host 127.0.0.1:1 is not among those that Hydra may call.","fix":"Name the host in HYDRA_HTTP__ALLOWED_HOSTS or in the setting http.allowed_hosts, e.g. lab.example:8080.","data":{"rule":"http.allowed_hosts"}}}}',NULL,1795407894385,1795407894404,'hydra_json','hydra',1795407894000);
INSERT INTO "operation_outputs" VALUES('01a206a6-57d3-7352-ab77-ad989f52a2ff:1',1,'checks','{"value":[{"name":"database","title":"Database","status":"ok","detail":"The database (SQLite) answers.","fix":null},{"name":"data","title":"Data directory","status":"ok","detail":"/var/lib/hydra is writable, and by nobody else.","fix":null},{"name":"key","title":"Key file","status":"ok","detail":"There is no key file yet: no secret was ever stored.","fix":null},{"name":"work","title":"Work","status":"ok","detail":"Work that is ready is being run.","fix":null},{"name":"integrations","title":"Integrations","status":"ok","detail":"No integration is configured.","fix":null},{"name":"disk","title":"Disk","status":"ok","detail":"76.6 GiB of 252.0 GiB are free where the data lies.","fix":null},{"name":"backups","title":"Backups","status":"ok","detail":"There is no backup yet; one is made every night.","fix":"Run `hydra maintenance run --action backup`."},{"name":"policy","title":"Policy","status":"ok","detail":"The built-in rules are in force.","fix":null},{"name":"settings","title":"Settings","status":"ok","detail":"Everything that was set is in force.","fix":null}]}',NULL,NULL,1795407894493,1795407894508,'hydra_json','hydra',1795407894000);
CREATE TABLE policy_documents (
	id INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	set_by VARCHAR NOT NULL, 
	set_at BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE policy_modes (
	id INTEGER NOT NULL, 
	mode VARCHAR NOT NULL, 
	since BIGINT NOT NULL, 
	until BIGINT, 
	reason TEXT, 
	PRIMARY KEY (id)
);
CREATE TABLE queues (
    queue_id TEXT PRIMARY KEY DEFAULT (hex(randomblob(16))),
    name TEXT NOT NULL UNIQUE,
    concurrency INTEGER,
    worker_concurrency INTEGER,
    rate_limit_max INTEGER,
    rate_limit_period_sec REAL,
    priority_enabled BOOLEAN NOT NULL DEFAULT FALSE,
    partition_queue BOOLEAN NOT NULL DEFAULT FALSE,
    polling_interval_sec REAL NOT NULL DEFAULT 1.0,
    created_at INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    updated_at INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000)
, "application_name" TEXT DEFAULT NULL, "partition_concurrency" INTEGER DEFAULT NULL, "partition_worker_concurrency" INTEGER DEFAULT NULL, "partition_rate_limit_max" INTEGER DEFAULT NULL, "partition_rate_limit_period_sec" REAL DEFAULT NULL);
CREATE TABLE schema_versions (
	room VARCHAR NOT NULL, 
	version INTEGER NOT NULL, 
	applied_at BIGINT NOT NULL, 
	PRIMARY KEY (room, version)
);
INSERT INTO "schema_versions" VALUES('journal',1,1795407893971177);
INSERT INTO "schema_versions" VALUES('settings',1,1795407893974321);
INSERT INTO "schema_versions" VALUES('policy',1,1795407893976194);
INSERT INTO "schema_versions" VALUES('integrations',1,1795407893978577);
INSERT INTO "schema_versions" VALUES('credentials',1,1795407893981851);
INSERT INTO "schema_versions" VALUES('work',1,1795407893994079);
INSERT INTO "schema_versions" VALUES('limits',1,1795407893996273);
INSERT INTO "schema_versions" VALUES('backlog',1,1795407893999474);
INSERT INTO "schema_versions" VALUES('docs',1,1795407894000930);
INSERT INTO "schema_versions" VALUES('maintenance',1,1795407894002508);
INSERT INTO "schema_versions" VALUES('state',1,1795407894003850);
CREATE TABLE settings_values (
	name VARCHAR NOT NULL, 
	value TEXT NOT NULL, 
	set_by VARCHAR NOT NULL, 
	set_at BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE state_reads (
	reader VARCHAR NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (reader)
);
CREATE TABLE streams (
    workflow_uuid TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    "offset" INTEGER NOT NULL, function_id INTEGER NOT NULL DEFAULT 0, "serialization" TEXT DEFAULT NULL,
    PRIMARY KEY (workflow_uuid, key, "offset"),
    FOREIGN KEY (workflow_uuid) REFERENCES workflow_status(workflow_uuid) 
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE TABLE work_approvals (
	id VARCHAR NOT NULL, 
	item VARCHAR NOT NULL, 
	operation VARCHAR NOT NULL, 
	input_hash VARCHAR NOT NULL, 
	rule VARCHAR NOT NULL, 
	reason TEXT NOT NULL, 
	asked_at BIGINT NOT NULL, 
	lapses_at BIGINT, 
	default_yes BOOLEAN NOT NULL, 
	answer VARCHAR, 
	decided_at BIGINT, 
	decided_by VARCHAR, 
	comment TEXT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(item) REFERENCES work_items (id) ON DELETE CASCADE
);
CREATE TABLE work_artifacts (
	item VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	media_type VARCHAR NOT NULL, 
	size BIGINT NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	made_at BIGINT NOT NULL, 
	content BLOB, 
	PRIMARY KEY (item, name), 
	FOREIGN KEY(item) REFERENCES work_items (id) ON DELETE CASCADE
);
INSERT INTO "work_artifacts" VALUES('01a206a6-5778-713f-8566-1702810aa1fc','STATE.json','application/json',4726,'0f7e4cbd2991228a744dc9da50210e9ab99c30d33a41a2ccd91b4aa3b1ffa759',1795407894427593,NULL);
INSERT INTO "work_artifacts" VALUES('01a206a6-578e-7315-98ab-326d645737c9','STATE.json','application/json',5489,'cea95130128f9f1dc759a334464a6769198e9fc624f84536f372c98780c2b3a0',1795407894449006,NULL);
INSERT INTO "work_artifacts" VALUES('01a206a6-57d3-7352-ab77-ad989f52a2ff','health.md','text/markdown',690,'d472ac8a87e79de4fc84137c25d59083a2033c085b6f9ccbd4885bebe7325179',1795407894509605,NULL);
CREATE TABLE work_boots (
	id VARCHAR NOT NULL, 
	node VARCHAR NOT NULL, 
	lanes TEXT NOT NULL, 
	pid INTEGER NOT NULL, 
	sessions VARCHAR NOT NULL, 
	started_at BIGINT NOT NULL, 
	beat_at BIGINT NOT NULL, 
	ended_at BIGINT, 
	PRIMARY KEY (id)
);
INSERT INTO "work_boots" VALUES('01a206a6-56cd-719a-9d3e-fdffe8a1dddb','lab','["default","inference"]',16862,'hydra-ff7b90806c2544a2',1795407894226520,1795407894226520,1795407897935151);
CREATE TABLE work_checkpoints (
	item VARCHAR NOT NULL, 
	step INTEGER NOT NULL, 
	part INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	result TEXT, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (item, step, part), 
	FOREIGN KEY(item) REFERENCES work_items (id) ON DELETE CASCADE
);
CREATE TABLE work_dependencies (
	item VARCHAR NOT NULL, 
	on_item VARCHAR NOT NULL, 
	PRIMARY KEY (item, on_item), 
	FOREIGN KEY(item) REFERENCES work_items (id) ON DELETE CASCADE, 
	FOREIGN KEY(on_item) REFERENCES work_items (id) ON DELETE CASCADE
);
INSERT INTO "work_dependencies" VALUES('01a206a6-5778-713f-8566-1702810aa1fc','01a206a6-5741-733d-89fb-86121ad20375');
CREATE TABLE work_holds (
	id INTEGER NOT NULL, 
	item VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	detail TEXT NOT NULL, 
	unblock TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	checked_at BIGINT NOT NULL, 
	due BIGINT, 
	ref VARCHAR, 
	data TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(item) REFERENCES work_items (id) ON DELETE CASCADE
);
INSERT INTO "work_holds" VALUES(1,'01a206a6-5752-70c4-96d7-76d23df6e1ca','not_before','Not before Tuesday 01 January, 00:00.','The time comes, or a person drops it.',1795407894354551,1795407894354551,32472144000000000,NULL,'{}');
INSERT INTO "work_holds" VALUES(2,'01a206a6-57d3-7353-9f91-25e11c83f968','requirement','waits for a Discord webhook','Set HYDRA_DISCORD__WEBHOOK or open /ui/integrations/discord.',1795407894484081,1795407894484081,NULL,'notifier','{}');
CREATE TABLE work_items (
	id VARCHAR NOT NULL, 
	title TEXT NOT NULL, 
	operation VARCHAR, 
	input TEXT NOT NULL, 
	input_hash VARCHAR NOT NULL, 
	section VARCHAR, 
	tier INTEGER, 
	tier_rank INTEGER NOT NULL, 
	phase VARCHAR, 
	phase_rank INTEGER NOT NULL, 
	priority INTEGER NOT NULL, 
	effort_minutes INTEGER, 
	impact TEXT, 
	state VARCHAR NOT NULL, 
	lane VARCHAR NOT NULL, 
	"key" VARCHAR, 
	window VARCHAR, 
	not_before BIGINT, 
	deadline BIGINT, 
	attempt INTEGER NOT NULL, 
	failures INTEGER NOT NULL, 
	owner VARCHAR, 
	restart_step INTEGER, 
	progress TEXT, 
	result TEXT, 
	error TEXT, 
	origin TEXT, 
	actor TEXT NOT NULL, 
	confirmed BOOLEAN NOT NULL, 
	cause BIGINT, 
	created_at BIGINT NOT NULL, 
	ready_at BIGINT, 
	started_at BIGINT, 
	finished_at BIGINT, 
	PRIMARY KEY (id), 
	UNIQUE ("key")
);
INSERT INTO "work_items" VALUES('01a206a6-5741-733d-89fb-86121ad20375','Tidy the database','maintenance.run','{"action":"database_optimize"}','6753340e5cebabb45765ba13163b29ad3ca2848a008bcd85e44b0af06dcdf850',NULL,NULL,1000,NULL,1000,2,NULL,NULL,'done','default',NULL,NULL,NULL,NULL,1,0,NULL,NULL,NULL,'{"action":"database_optimize","summary":"The database takes 0 MiB, 1 MiB less than before.","size_before":4096,"size_after":520192,"log_before":1252512,"log_after":0,"done":["refreshed the statistics that queries are planned with","did not compact: 0% of the file is unused","emptied the write-ahead log"]}',NULL,NULL,'{"kind":"person","name":"owner","scopes":["admin"]}',0,6,1795407894338100,NULL,1795407894342027,1795407894394294);
INSERT INTO "work_items" VALUES('01a206a6-5752-70c4-96d7-76d23df6e1ca','Much later','state.write','{}','0e9cf802abc80159ed3d77229e6ac156b626d296978a2f2c09279c1d030ec7fb',NULL,NULL,1000,NULL,1000,1,NULL,NULL,'held','default',NULL,NULL,32472144000000000,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,'{"kind":"person","name":"owner","scopes":["admin"]}',0,10,1795407894354551,NULL,NULL,NULL);
INSERT INTO "work_items" VALUES('01a206a6-575e-7240-8d5f-56188cc42f40','A call that is not allowed','http.call','{"url":"http://127.0.0.1:1/nobody"}','21438d6085fa4bd31e4c8de47ef49e3d31e9fa81c4f9d370104fb2dd16481cd8',NULL,NULL,1000,NULL,1000,2,NULL,NULL,'failed','default',NULL,NULL,NULL,NULL,1,1,NULL,NULL,NULL,NULL,'{"code":"denied","detail":"The host 127.0.0.1:1 is not among those that Hydra may call.","fix":"Name the host in HYDRA_HTTP__ALLOWED_HOSTS or in the setting http.allowed_hosts, e.g. lab.example:8080.","data":{"rule":"http.allowed_hosts"}}',NULL,'{"kind":"person","name":"owner","scopes":["admin"]}',0,13,1795407894366854,NULL,1795407894370006,1795407894405140);
INSERT INTO "work_items" VALUES('01a206a6-5778-713f-8566-1702810aa1fc','After the last','state.write','{}','0e9cf802abc80159ed3d77229e6ac156b626d296978a2f2c09279c1d030ec7fb',NULL,NULL,1000,NULL,1000,2,NULL,NULL,'done','default',NULL,NULL,NULL,NULL,1,0,NULL,NULL,NULL,'{"path":"/var/lib/hydra/STATE.json","written_at":"2026-11-23T04:24:54.419061Z","facts":10,"unknown":{},"completed":"1 done, 1 failed"}',NULL,NULL,'{"kind":"person","name":"owner","scopes":["admin"]}',0,17,1795407894393560,NULL,1795407894410568,1795407894431228);
INSERT INTO "work_items" VALUES('01a206a6-578e-7315-98ab-326d645737c9','By night','state.write','{}','0e9cf802abc80159ed3d77229e6ac156b626d296978a2f2c09279c1d030ec7fb',NULL,NULL,1000,NULL,1000,2,NULL,NULL,'done','default',NULL,'overnight',NULL,NULL,1,0,NULL,NULL,NULL,'{"path":"/var/lib/hydra/STATE.json","written_at":"2026-11-23T04:24:54.436407Z","facts":10,"unknown":{},"completed":"2 done, 1 failed"}',NULL,NULL,'{"kind":"person","name":"owner","scopes":["admin"]}',0,25,1795407894415132,NULL,1795407894417296,1795407894451481);
INSERT INTO "work_items" VALUES('01a206a6-57d3-7352-ab77-ad989f52a2ff','Run All Health Checks','maintenance.run','{"action":"health_check"}','61e9d51a48eb61bc54653ce47d941ab11ec7fbc20900167ec14c682142094553','1.1',1,1,NULL,1000,1,5,'Trouble is found before breakfast','done','default',NULL,NULL,NULL,NULL,1,0,NULL,NULL,NULL,'{"action":"health_check","summary":"9 checks: none is bad, 0 warn, 0 could not look.","checks":[{"name":"database","title":"Database","status":"ok","detail":"The database (SQLite) answers.","fix":null},{"name":"data","title":"Data directory","status":"ok","detail":"/var/lib/hydra is writable, and by nobody else.","fix":null},{"name":"key","title":"Key file","status":"ok","detail":"There is no key file yet: no secret was ever stored.","fix":null},{"name":"work","title":"Work","status":"ok","detail":"Work that is ready is being run.","fix":null},{"name":"integrations","title":"Integrations","status":"ok","detail":"No integration is configured.","fix":null},{"name":"disk","title":"Disk","status":"ok","detail":"76.6 GiB of 252.0 GiB are free where the data lies.","fix":null},{"name":"backups","title":"Backups","status":"ok","detail":"There is no backup yet; one is made every night.","fix":"Run `hydra maintenance run --action backup`."},{"name":"policy","title":"Policy","status":"ok","detail":"The built-in rules are in force.","fix":null},{"name":"settings","title":"Settings","status":"ok","detail":"Everything that was set is in force.","fix":null}]}',NULL,'{"source":"document","backlog":"lab","key":"1.1","line":5,"status":"open","effort":"5 min","planned_by":"run","because":"The item''s Run field says so."}','{"kind":"backlog","name":"lab","scopes":["read","write"]}',0,34,1795407894484081,NULL,1795407894488642,1795407894511484);
INSERT INTO "work_items" VALUES('01a206a6-57d3-7353-9f91-25e11c83f968','Tell the Phone','notify.send','{"title":"Hydra looks after the lab now","text":"Good morning."}','b1b93cbe5b9f8ed1d4e3b1db4c0ecd1937433f790d7541cccbb87bbfe3a64b9d','1.2',1,1,NULL,1000,2,NULL,NULL,'held','default',NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,'{"source":"document","backlog":"lab","key":"1.2","line":9,"status":"blocked","blocked_on":"webhook URL","planned_by":"run","because":"The item''s Run field says so."}','{"kind":"backlog","name":"lab","scopes":["read","write"]}',0,34,1795407894484081,NULL,NULL,NULL);
CREATE TABLE work_leases (
	name VARCHAR NOT NULL, 
	boot VARCHAR NOT NULL, 
	until BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE work_logs (
	id INTEGER NOT NULL, 
	item VARCHAR NOT NULL, 
	attempt INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	level VARCHAR NOT NULL, 
	text TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(item) REFERENCES work_items (id) ON DELETE CASCADE
);
INSERT INTO "work_logs" VALUES(1,'01a206a6-5741-733d-89fb-86121ad20375',1,1795407894357610,'info','optimize: start');
INSERT INTO "work_logs" VALUES(2,'01a206a6-575e-7240-8d5f-56188cc42f40',1,1795407894390666,'info','call: start');
INSERT INTO "work_logs" VALUES(3,'01a206a6-575e-7240-8d5f-56188cc42f40',1,1795407894405087,'error','Denied: The host 127.0.0.1:1 is not among those that Hydra may call.');
INSERT INTO "work_logs" VALUES(4,'01a206a6-57d3-7352-ab77-ad989f52a2ff',1,1795407894494455,'info','checks: start');
CREATE TABLE work_pauses (
	scope VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	since BIGINT NOT NULL, 
	until BIGINT, 
	reason TEXT, 
	PRIMARY KEY (scope, value)
);
CREATE TABLE work_schedules (
	id VARCHAR NOT NULL, 
	title TEXT NOT NULL, 
	operation VARCHAR NOT NULL, 
	input TEXT NOT NULL, 
	cron VARCHAR NOT NULL, 
	time_zone VARCHAR NOT NULL, 
	options TEXT NOT NULL, 
	paused BOOLEAN NOT NULL, 
	next_at BIGINT, 
	last_at BIGINT, 
	last_item VARCHAR, 
	missed INTEGER NOT NULL, 
	actor TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "work_schedules" VALUES('backup','Back up Hydra and verify the copy','maintenance.run','{"action":"backup"}','30 3 * * *','Etc/UTC','{}',0,1795491000000000,NULL,NULL,0,'{"kind":"hydra","name":"hydra"}',1795407894301326);
INSERT INTO "work_schedules" VALUES('prune','Forget what has expired','maintenance.run','{"action":"prune"}','50 3 * * *','Etc/UTC','{}',0,1795492200000000,NULL,NULL,0,'{"kind":"hydra","name":"hydra"}',1795407894305968);
INSERT INTO "work_schedules" VALUES('disk-check','Measure every disk that holds data','maintenance.run','{"action":"disk_check"}','10 4 * * *','Etc/UTC','{}',0,1795493400000000,NULL,NULL,0,'{"kind":"hydra","name":"hydra"}',1795407894316035);
INSERT INTO "work_schedules" VALUES('restore-drill','Prove that the newest backup can be restored','maintenance.run','{"action":"restore_drill"}','20 4 * * 0','Etc/UTC','{}',0,1795926000000000,NULL,NULL,0,'{"kind":"hydra","name":"hydra"}',1795407894318450);
INSERT INTO "work_schedules" VALUES('database-optimize','Tidy Hydra''s database','maintenance.run','{"action":"database_optimize"}','40 4 * * 0','Etc/UTC','{}',0,1795927200000000,NULL,NULL,0,'{"kind":"hydra","name":"hydra"}',1795407894322597);
CREATE TABLE workflow_events (
    workflow_uuid TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL, "serialization" TEXT DEFAULT NULL,
    PRIMARY KEY (workflow_uuid, key),
    FOREIGN KEY (workflow_uuid) REFERENCES workflow_status(workflow_uuid) 
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE TABLE workflow_events_history (
    workflow_uuid TEXT NOT NULL,
    function_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL, "serialization" TEXT DEFAULT NULL,
    PRIMARY KEY (workflow_uuid, function_id, key),
    FOREIGN KEY (workflow_uuid) REFERENCES workflow_status(workflow_uuid)
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE TABLE workflow_input (
    workflow_uuid TEXT NOT NULL PRIMARY KEY,
    inputs TEXT,
    retention_timestamp INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000)
);
INSERT INTO "workflow_input" VALUES('01a206a6-5741-733d-89fb-86121ad20375:1','{"value":{"args":["01a206a6-5741-733d-89fb-86121ad20375"],"kwargs":{}}}',1795407894000);
INSERT INTO "workflow_input" VALUES('01a206a6-575e-7240-8d5f-56188cc42f40:1','{"value":{"args":["01a206a6-575e-7240-8d5f-56188cc42f40"],"kwargs":{}}}',1795407894000);
INSERT INTO "workflow_input" VALUES('01a206a6-5778-713f-8566-1702810aa1fc:1','{"value":{"args":["01a206a6-5778-713f-8566-1702810aa1fc"],"kwargs":{}}}',1795407894000);
INSERT INTO "workflow_input" VALUES('01a206a6-578e-7315-98ab-326d645737c9:1','{"value":{"args":["01a206a6-578e-7315-98ab-326d645737c9"],"kwargs":{}}}',1795407894000);
INSERT INTO "workflow_input" VALUES('01a206a6-57d3-7352-ab77-ad989f52a2ff:1','{"value":{"args":["01a206a6-57d3-7352-ab77-ad989f52a2ff"],"kwargs":{}}}',1795407894000);
CREATE TABLE workflow_output (
    workflow_uuid TEXT NOT NULL PRIMARY KEY,
    output TEXT,
    error TEXT,
    retention_timestamp INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000)
);
INSERT INTO "workflow_output" VALUES('01a206a6-5741-733d-89fb-86121ad20375:1','{"value":null}',NULL,1795407894000);
INSERT INTO "workflow_output" VALUES('01a206a6-575e-7240-8d5f-56188cc42f40:1','{"value":null}',NULL,1795407894000);
INSERT INTO "workflow_output" VALUES('01a206a6-5778-713f-8566-1702810aa1fc:1','{"value":null}',NULL,1795407894000);
INSERT INTO "workflow_output" VALUES('01a206a6-578e-7315-98ab-326d645737c9:1','{"value":null}',NULL,1795407894000);
INSERT INTO "workflow_output" VALUES('01a206a6-57d3-7352-ab77-ad989f52a2ff:1','{"value":null}',NULL,1795407894000);
CREATE TABLE workflow_schedules (
    schedule_id TEXT PRIMARY KEY,
    schedule_name TEXT NOT NULL UNIQUE,
    workflow_name TEXT NOT NULL,
    workflow_class_name TEXT,
    schedule TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'ACTIVE',
    context TEXT NOT NULL
, "last_fired_at" TEXT DEFAULT NULL, "automatic_backfill" BOOLEAN NOT NULL DEFAULT FALSE, "cron_timezone" TEXT DEFAULT NULL, "queue_name" TEXT DEFAULT NULL, "application_name" TEXT DEFAULT NULL);
CREATE TABLE workflow_status (
    workflow_uuid TEXT PRIMARY KEY,
    status TEXT,
    name TEXT,
    authenticated_user TEXT,
    assumed_role TEXT,
    authenticated_roles TEXT,
    request TEXT,
    output TEXT,
    error TEXT,
    executor_id TEXT,
    created_at INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    updated_at INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    application_version TEXT,
    application_id TEXT,
    class_name TEXT DEFAULT NULL,
    config_name TEXT DEFAULT NULL,
    recovery_attempts INTEGER DEFAULT 0,
    queue_name TEXT,
    workflow_timeout_ms INTEGER,
    workflow_deadline_epoch_ms INTEGER,
    inputs TEXT,
    started_at_epoch_ms INTEGER,
    deduplication_id TEXT,
    priority INTEGER NOT NULL DEFAULT 0
, queue_partition_key TEXT, forked_from TEXT, "owner_xid" TEXT DEFAULT NULL, "parent_workflow_id" TEXT DEFAULT NULL, "serialization" TEXT DEFAULT NULL, "delay_until_epoch_ms" BIGINT DEFAULT NULL, "was_forked_from" BOOLEAN NOT NULL DEFAULT FALSE, "rate_limited" BOOLEAN NOT NULL DEFAULT FALSE, "completed_at" BIGINT, "attributes" TEXT, "schedule_name" TEXT, "debounce_deadline_epoch_ms" BIGINT DEFAULT NULL, "is_debounced" BOOLEAN NOT NULL DEFAULT FALSE, "application_name" TEXT DEFAULT NULL, "creator_xid" TEXT DEFAULT NULL);
INSERT INTO "workflow_status" VALUES('01a206a6-5741-733d-89fb-86121ad20375:1','SUCCESS','hydra.attempt',NULL,NULL,NULL,NULL,NULL,NULL,'01a206a6-56cd-719a-9d3e-fdffe8a1dddb',1795407894000,1795407894000,'hydra-1','',NULL,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,'hydra_json',NULL,0,0,1795407894000,'null',NULL,NULL,0,'hydra','5357564f-775d-4490-9227-7ff1f34ab38f');
INSERT INTO "workflow_status" VALUES('01a206a6-575e-7240-8d5f-56188cc42f40:1','SUCCESS','hydra.attempt',NULL,NULL,NULL,NULL,NULL,NULL,'01a206a6-56cd-719a-9d3e-fdffe8a1dddb',1795407894000,1795407894000,'hydra-1','',NULL,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,'hydra_json',NULL,0,0,1795407894000,'null',NULL,NULL,0,'hydra','75d6b075-cf9f-42f9-a51a-2518950dff33');
INSERT INTO "workflow_status" VALUES('01a206a6-5778-713f-8566-1702810aa1fc:1','SUCCESS','hydra.attempt',NULL,NULL,NULL,NULL,NULL,NULL,'01a206a6-56cd-719a-9d3e-fdffe8a1dddb',1795407894000,1795407894000,'hydra-1','',NULL,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,'hydra_json',NULL,0,0,1795407894000,'null',NULL,NULL,0,'hydra','94674878-916b-43a2-b1ce-f76507fdc762');
INSERT INTO "workflow_status" VALUES('01a206a6-578e-7315-98ab-326d645737c9:1','SUCCESS','hydra.attempt',NULL,NULL,NULL,NULL,NULL,NULL,'01a206a6-56cd-719a-9d3e-fdffe8a1dddb',1795407894000,1795407894000,'hydra-1','',NULL,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,'hydra_json',NULL,0,0,1795407894000,'null',NULL,NULL,0,'hydra','0cd84d3d-18c8-4873-81c9-20f9c0e13216');
INSERT INTO "workflow_status" VALUES('01a206a6-57d3-7352-ab77-ad989f52a2ff:1','SUCCESS','hydra.attempt',NULL,NULL,NULL,NULL,NULL,NULL,'01a206a6-56cd-719a-9d3e-fdffe8a1dddb',1795407894000,1795407894000,'hydra-1','',NULL,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,'hydra_json',NULL,0,0,1795407894000,'null',NULL,NULL,0,'hydra','f55d2d8e-dd7c-4338-882d-9fed8fdf9f5b');
CREATE INDEX journal_events_by_item ON journal_events (item, id);
CREATE INDEX journal_events_by_name ON journal_events (name, id);
CREATE INDEX journal_events_by_cause ON journal_events (cause);
CREATE INDEX journal_events_by_at ON journal_events (at);
CREATE INDEX ix_credentials_sessions_key ON credentials_sessions ("key");
CREATE INDEX work_items_by_operation ON work_items (operation, state, finished_at);
CREATE INDEX work_items_by_tier ON work_items (tier, state);
CREATE INDEX work_items_finished ON work_items (state, finished_at);
CREATE INDEX work_items_ready ON work_items (state, lane, priority, phase_rank, tier_rank, ready_at);
CREATE INDEX work_holds_by_item ON work_holds (item);
CREATE INDEX work_holds_by_ref ON work_holds (kind, ref);
CREATE INDEX work_holds_due ON work_holds (due);
CREATE INDEX work_dependencies_on ON work_dependencies (on_item);
CREATE INDEX work_approvals_by_item ON work_approvals (item);
CREATE INDEX work_approvals_open ON work_approvals (answer, asked_at);
CREATE INDEX work_logs_by_item ON work_logs (item, id);
CREATE INDEX work_schedules_next ON work_schedules (next_at);
CREATE INDEX backlog_entries_by_item ON backlog_entries (item);
CREATE INDEX workflow_status_created_at_index ON workflow_status (created_at);
CREATE INDEX idx_workflow_topic ON notifications (destination_uuid, topic);
CREATE INDEX "idx_workflow_status_delayed" ON "workflow_status" ("delay_until_epoch_ms") WHERE status = 'DELAYED';
CREATE INDEX "idx_workflow_status_forked_from" ON "workflow_status" ("forked_from") WHERE "forked_from" IS NOT NULL;
CREATE INDEX "idx_workflow_status_parent_workflow_id" ON "workflow_status" ("parent_workflow_id") WHERE "parent_workflow_id" IS NOT NULL;
CREATE UNIQUE INDEX "uq_workflow_status_dedup_id" ON "workflow_status" ("queue_name", "deduplication_id") WHERE "deduplication_id" IS NOT NULL;
CREATE INDEX "idx_workflow_status_pending" ON "workflow_status" ("created_at") WHERE "status" = 'PENDING';
CREATE INDEX "idx_workflow_status_failed" ON "workflow_status" ("status", "created_at") WHERE "status" IN ('ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED');
CREATE INDEX "idx_workflow_status_rate_limited" ON "workflow_status" ("queue_name", "started_at_epoch_ms") WHERE "rate_limited" = TRUE;
CREATE INDEX "idx_workflow_status_completed_at" ON "workflow_status" ("completed_at") WHERE "completed_at" IS NOT NULL;
CREATE INDEX "idx_workflow_status_started_at" ON "workflow_status" ("started_at_epoch_ms") WHERE "started_at_epoch_ms" IS NOT NULL;
CREATE INDEX "idx_workflow_status_schedule_name" ON "workflow_status" ("schedule_name") WHERE "schedule_name" IS NOT NULL;
CREATE UNIQUE INDEX "uq_application_versions_owner_version"
    ON application_versions ("application_name", "version_name")
    WHERE "application_name" IS NOT NULL;
CREATE UNIQUE INDEX "uq_application_versions_unclaimed_version"
    ON application_versions ("version_name")
    WHERE "application_name" IS NULL;
CREATE INDEX idx_workflow_input_retention
    ON workflow_input (retention_timestamp);
CREATE INDEX idx_workflow_output_retention
    ON workflow_output (retention_timestamp);
CREATE INDEX idx_operation_outputs_retention
    ON operation_outputs (retention_timestamp);
CREATE INDEX "idx_workflow_status_in_flight_v2" ON "workflow_status" ("queue_name", "status", "priority", "created_at", "application_name") WHERE "status" IN ('ENQUEUED', 'PENDING');
CREATE INDEX "idx_workflow_status_partition_dequeue_v3" ON "workflow_status" ("queue_name", "status", "queue_partition_key", "priority", "created_at", "workflow_uuid", "application_name") WHERE "status" IN ('ENQUEUED', 'PENDING') AND "queue_partition_key" IS NOT NULL;
CREATE INDEX "idx_operation_outputs_completed_at_function_name_v2" ON "operation_outputs" ("completed_at_epoch_ms", "function_name", "application_name");
CREATE INDEX "idx_workflow_status_deadline" ON "workflow_status" ("workflow_deadline_epoch_ms") WHERE "status" IN ('ENQUEUED', 'PENDING', 'DELAYED') AND "workflow_deadline_epoch_ms" IS NOT NULL;
CREATE INDEX "idx_application_versions_timestamp" ON "application_versions" ("version_timestamp" DESC);
CREATE INDEX "idx_application_versions_owner_timestamp" ON "application_versions" ("application_name", "version_timestamp" DESC);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('journal_events',40);
COMMIT;