-- What kinds of sources there are is known to the program (service/gather/kinds), which a list in the database would only repeat.
ALTER TABLE source DROP CONSTRAINT source_kind_known;
