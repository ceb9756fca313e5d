-- What a source's settings were: each change is another version, the newest is the source's own. And the archive, where a source
-- runs no more, in no list, until it is restored or deleted.
CREATE TABLE source_settings (
    source_id bigint NOT NULL REFERENCES source (id),
    version int NOT NULL CONSTRAINT source_settings_version_counts CHECK (version >= 1),
    spec jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT source_settings_key PRIMARY KEY (source_id, version)
);
INSERT INTO source_settings (source_id, version, spec, made_by, made_at) SELECT id, 1, spec, '', created_at FROM source;
ALTER TABLE source ADD COLUMN archived_at timestamptz;
UPDATE source SET state = 'active', archived_at = created_at WHERE state = 'removed';
ALTER TABLE source DROP CONSTRAINT source_state_known;
ALTER TABLE source ADD CONSTRAINT source_state_known CHECK (state IN ('active', 'paused'));
