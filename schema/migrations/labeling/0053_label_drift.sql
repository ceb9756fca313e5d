-- That a person's answers to gold became worse is told once: whether it was, whatever came of their answers since and however many came at once.
ALTER TABLE label_person ADD COLUMN drifting boolean NOT NULL DEFAULT false;
