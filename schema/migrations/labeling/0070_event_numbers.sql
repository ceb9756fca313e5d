-- Events of a project are told in the order of their numbers. A number is given before its transaction ends, so that a greater one may be seen
-- first; who writes events holds the number they had come to by then (hold_events), and only what no holder can come before is told.
-- Transactions that write no events of the project hold nothing back.
ALTER TABLE label_event DROP CONSTRAINT label_event_key;
ALTER TABLE label_event DROP COLUMN xact;
ALTER TABLE label_event ADD CONSTRAINT label_event_key PRIMARY KEY (project_id, id);
