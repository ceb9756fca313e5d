-- A class is declared once: what a project's file says of it stands with its row, not half there and half in the project.
-- Classes of a form belong to one of its questions; a name may stand in several.
ALTER TABLE label_class ADD COLUMN question text NOT NULL DEFAULT '', ADD COLUMN spec jsonb NOT NULL DEFAULT '{}';
UPDATE label_class c SET spec = jsonb_strip_nulls(jsonb_build_object(
    'name', c.name, 'description', nullif(c.title, ''), 'hotkey', c.hotkey, 'colour', c.colour,
    'value', (SELECT k ->> 'value' FROM label_project p, jsonb_array_elements(p.spec -> 'class') k
              WHERE p.id = c.project_id AND k ->> 'name' = c.name LIMIT 1)));
UPDATE label_project SET spec = spec - 'class';
ALTER TABLE label_class DROP CONSTRAINT label_class_name_taken, DROP CONSTRAINT label_class_hotkey_taken,
    ADD CONSTRAINT label_class_name_taken UNIQUE (project_id, question, name),
    DROP COLUMN title, DROP COLUMN hotkey, DROP COLUMN colour;
