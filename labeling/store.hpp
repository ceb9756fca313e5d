#pragma once

// Labeling in the database.
#include "labeling/export/export_store.hpp"
#include "labeling/export/import_store.hpp"
#include "labeling/projects/project_store.hpp"
#include "labeling/projects/project_view_store.hpp"
#include "labeling/queue/own_work_store.hpp"
#include "labeling/queue/people_store.hpp"
#include "labeling/queue/task_store.hpp"
#include "labeling/truth/truth_store.hpp"
