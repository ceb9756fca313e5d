-- Labels that are neither a class nor a number: a set of classes (["urgent", "praise"]), or spans of a text
-- ([{"start": 0, "end": 5, "label": "person"}]), as ground_truth.value has them; and such predictions.
ALTER TABLE snapshot_item ADD COLUMN label jsonb
        CONSTRAINT snapshot_item_label_is_list CHECK (jsonb_typeof(label) = 'array');
ALTER TABLE prediction ADD COLUMN label jsonb;
COMMENT ON COLUMN prediction.label IS 'what was predicted in the form of snapshot_item.label';
