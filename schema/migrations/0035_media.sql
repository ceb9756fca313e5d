-- Sounds, films and documents that are labeled as they are: what their heads tell. Their bytes are the version's blob.
-- A web page has no row here: the type of its blob says what it is.
CREATE TABLE content_media (
    rk bigint NOT NULL,
    source_id bigint NOT NULL,
    key text NOT NULL,
    version int NOT NULL,
    kind text NOT NULL CONSTRAINT content_media_kind_known CHECK (kind IN ('audio', 'video', 'pdf')),
    type text NOT NULL,
    seconds float8 CONSTRAINT content_media_lasts CHECK (seconds >= 0 AND seconds < 'Infinity'),
    pages int,
    width int,
    height int,
    channels int,
    sample_rate int,
    CONSTRAINT content_media_key PRIMARY KEY (rk, source_id, key, version)
);
COMMENT ON COLUMN content_media.type IS 'IANA media type by the content, whatever a server or a name said';
COMMENT ON COLUMN content_media.seconds IS 'null: the head does not tell';
