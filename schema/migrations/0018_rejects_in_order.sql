-- Rejects are listed in the order of what they are from. Names are cut: an index entry has a limit, an address has none.
DROP INDEX reject_by_source;
CREATE INDEX reject_by_source ON reject (source_id, left(coalesce(file, ''), 300), left(coalesce(member, ''), 300), coalesce(line, -1),
    coalesce(byte_offset, -1), rk, place_sha256);
COMMENT ON INDEX reject_by_source IS 'list and replay of the rejects of one source, in file order';
CREATE INDEX reject_by_state ON reject (source_id, state);
COMMENT ON INDEX reject_by_state IS 'how many rejects of a source are open';
