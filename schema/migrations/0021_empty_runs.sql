-- A run that came to its end and got nothing is told from one that did its work.
ALTER TABLE source_run DROP CONSTRAINT source_run_state_known,
    ADD CONSTRAINT source_run_state_known CHECK (state IN ('running', 'done', 'empty', 'interrupted', 'failed'));
