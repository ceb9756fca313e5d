-- A task that is assigned is given to that person only.
ALTER TABLE label_task ADD COLUMN assigned_to bigint;
