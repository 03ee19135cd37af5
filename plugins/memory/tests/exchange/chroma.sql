CREATE TABLE "collections" (
    id TEXT PRIMARY KEY, -- unique globally
    name TEXT NOT NULL, -- unique per database
    dimension INTEGER,
    database_id TEXT NOT NULL REFERENCES databases(id) ON DELETE CASCADE, config_json_str TEXT, schema_str TEXT,
    UNIQUE (name, database_id)
);
INSERT INTO "collections" VALUES('36931b65-f106-4458-a96e-1eaa4f02730d','timmy_memories',2,'00000000-0000-0000-0000-000000000000','{}',NULL);
INSERT INTO "collections" VALUES('50be8eb4-a931-460a-8b58-6bea9ffb5c18','other',3,'00000000-0000-0000-0000-000000000000','{}',NULL);
CREATE TABLE embedding_metadata (
    id INTEGER REFERENCES embeddings(id),
    key TEXT NOT NULL,
    string_value TEXT,
    int_value INTEGER,
    float_value REAL, bool_value INTEGER,
    PRIMARY KEY (id, key)
);
INSERT INTO "embedding_metadata" VALUES(1,'chroma:document','The boiler was serviced in May.',NULL,NULL,NULL);
INSERT INTO "embedding_metadata" VALUES(1,'timestamp',NULL,NULL,1700000000.5,NULL);
INSERT INTO "embedding_metadata" VALUES(1,'source','chat',NULL,NULL,NULL);
INSERT INTO "embedding_metadata" VALUES(2,'chroma:document','Ann''s sister is called Vera.',NULL,NULL,NULL);
INSERT INTO "embedding_metadata" VALUES(2,'created_at','2024-05-01T10:00:00+00:00',NULL,NULL,NULL);
INSERT INTO "embedding_metadata" VALUES(2,'kept',NULL,NULL,NULL,1);
INSERT INTO "embedding_metadata" VALUES(3,'chroma:document','Zürich is where Tom works. 🚆',NULL,NULL,NULL);
INSERT INTO "embedding_metadata" VALUES(3,'n',NULL,3,NULL,NULL);
INSERT INTO "embedding_metadata" VALUES(4,'empty',NULL,NULL,NULL,1);
INSERT INTO "embedding_metadata" VALUES(5,'chroma:document','The boiler was serviced in May.',NULL,NULL,NULL);
CREATE TABLE embeddings (
    id INTEGER PRIMARY KEY,
    segment_id TEXT NOT NULL,
    embedding_id TEXT NOT NULL,
    seq_id BLOB NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    UNIQUE (segment_id, embedding_id)
);
INSERT INTO "embeddings" VALUES(1,'a9b4bcb6-f9aa-4efb-bfe7-bb5f33a1a232','a1',1,'2026-11-22 07:28:50');
INSERT INTO "embeddings" VALUES(2,'a9b4bcb6-f9aa-4efb-bfe7-bb5f33a1a232','a2',2,'2026-11-22 07:28:50');
INSERT INTO "embeddings" VALUES(3,'a9b4bcb6-f9aa-4efb-bfe7-bb5f33a1a232','a3',3,'2026-11-22 07:28:50');
INSERT INTO "embeddings" VALUES(4,'a9b4bcb6-f9aa-4efb-bfe7-bb5f33a1a232','a4',4,'2026-11-22 07:28:50');
INSERT INTO "embeddings" VALUES(5,'98800648-530d-499f-9069-f43bc9fd9749','a1',7,'2026-11-22 07:28:50');
CREATE TABLE "segments" (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    scope TEXT NOT NULL,
    collection TEXT REFERENCES collection(id) NOT NULL
);
INSERT INTO "segments" VALUES('ea5635ff-19c5-47e4-bed7-472472785aa4','urn:chroma:segment/vector/hnsw-local-persisted','VECTOR','36931b65-f106-4458-a96e-1eaa4f02730d');
INSERT INTO "segments" VALUES('a9b4bcb6-f9aa-4efb-bfe7-bb5f33a1a232','urn:chroma:segment/metadata/sqlite','METADATA','36931b65-f106-4458-a96e-1eaa4f02730d');
INSERT INTO "segments" VALUES('91d2711f-16c5-4340-87d0-c4a80c3d54b4','urn:chroma:segment/vector/hnsw-local-persisted','VECTOR','50be8eb4-a931-460a-8b58-6bea9ffb5c18');
INSERT INTO "segments" VALUES('98800648-530d-499f-9069-f43bc9fd9749','urn:chroma:segment/metadata/sqlite','METADATA','50be8eb4-a931-460a-8b58-6bea9ffb5c18');
