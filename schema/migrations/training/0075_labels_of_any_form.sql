-- Labels of several parts may be a name (the better of two candidates) or an object (spans and relations) as well as a list.
ALTER TABLE snapshot_item DROP CONSTRAINT snapshot_item_label_is_list,
    ADD CONSTRAINT snapshot_item_label_is_answer CHECK (jsonb_typeof(label) IN ('array', 'object', 'string'));
