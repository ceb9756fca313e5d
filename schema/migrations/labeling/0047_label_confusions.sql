-- What people say where each class is true, as the last inference found; of classes that are few.
ALTER TABLE label_trust ADD COLUMN confusion jsonb;
ALTER TABLE label_project ADD COLUMN usual_confusion jsonb;  -- of all people together, and how frequent the classes are
