-- Answers of one person that came in one moment, as imported ones do, stand in the order of their tasks: a page anywhere in a history
-- is one range of the index.
DROP INDEX label_lease_by_user;
CREATE INDEX label_lease_by_user ON label_lease (user_id, state, expires_at, task_id);
COMMENT ON INDEX label_lease_by_user IS 'tasks an annotator holds; last answer for undo; own history';
