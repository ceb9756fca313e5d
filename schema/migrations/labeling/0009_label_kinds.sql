-- What a labeling project may ask is known to the program (labeling/tasks), which a list in the database would only repeat.
ALTER TABLE label_project DROP CONSTRAINT label_project_kind_known;
