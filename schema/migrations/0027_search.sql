-- Words of the present text of records, for search. Filled by searches, a batch at a time, not by gathering.
CREATE TABLE record_search (
    rk bigint NOT NULL,
    source_id bigint NOT NULL,
    key text NOT NULL,
    version int NOT NULL,
    config text NOT NULL,
    words tsvector NOT NULL,
    CONSTRAINT record_search_key PRIMARY KEY (rk, source_id, key)
);
CREATE INDEX record_search_by_word ON record_search USING gin (words);
COMMENT ON INDEX record_search_by_word IS 'records that hold the words asked for';
COMMENT ON COLUMN record_search.config IS 'text search configuration of the text''s language, or simple';
