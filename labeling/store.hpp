#pragma once

// Labeling in the database.
#include "labeling/import_store.hpp"
#include "labeling/project_store.hpp"
#include "labeling/task_store.hpp"
#include "labeling/truth_store.hpp"
