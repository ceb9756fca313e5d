#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/json/shape.hpp"

namespace base {
class Tx;
}

// What people call runs, and what runs were made of.
namespace training {

using RunTags = std::map<std::string, std::string>;

struct RunLabels {
    std::int64_t id = 0;
    std::string run_key;  // hexadecimal; empty for runs of an older program
    std::string name;
    std::string note;
    RunTags tags;
    int edition = 1;  // grows by each edit
};

// What is to be changed; nothing: it stays.
struct RunEdit {
    std::optional<std::string> name = {};
    std::optional<std::string> note = {};
    RunTags tags = {};                    // set, over those that are there
    std::vector<std::string> untag = {};  // taken off
};

// Throws base::UsageError in one line: names have at most 200 characters, notes 10,000, a run 50
// tags; the name of a tag is of letters, digits and . _ - /.
void check(const RunEdit& edit);

// Of the runs numbered from first to last, by number.
std::map<std::int64_t, RunLabels> run_labels(base::Tx& tx, std::int64_t first, std::int64_t last);
RunLabels labels_of(base::Tx& tx, std::int64_t run_id);
// False if the edition is not the present one, or there is no such run.
bool edit_labels(base::Tx& tx, std::int64_t run_id, int edition, const RunEdit& edit);

// What a training was told to note of its run.
void label_run(base::Tx& tx, std::int64_t run_id, const std::string& note, const RunTags& tags);

// `key`: raw bytes.
void set_key(base::Tx& tx, std::int64_t run_id, const std::string& key);
// The newest run of this key that is done and whose model is still there.
std::optional<std::int64_t> done_before(base::Tx& tx, const std::string& key);

}  // namespace training
