-- Models that need no labels put records into groups, which are no classes of the project, and say how far or how odd they are,
-- which is no value of a target.
ALTER TABLE prediction ADD COLUMN cluster_id int, ADD COLUMN distance float8;
COMMENT ON COLUMN prediction.cluster_id IS 'group that a model without labels put the record into; null: none, or another kind of model';
COMMENT ON COLUMN prediction.distance IS 'how far the record is from its group or from what the model says of it, or how odd it is';
