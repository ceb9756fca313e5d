-- How many tasks of a project are open and done stands in label_tally now.
DROP INDEX label_task_states;
