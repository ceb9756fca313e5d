#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/database/steps.hpp"
#include "labeling/projects/project_store.hpp"
#include "labeling/tasks/task_type.hpp"

// Records by what files call them.
namespace labeling {

// A record as far as labels of it are checked by it.
class MatchedRecord : public AskedRecord {
public:
    std::string key{};
    std::string body{};
    int width = 0, height = 0;
    std::string fields{};

    std::string text() const override { return body; }
    std::optional<Size> picture() const override;
    base::JsonText payload() const override { return {fields}; }
};

class RecordMatch {
public:
    RecordMatch(base::Steps steps, const StoredProject& project);
    ~RecordMatch();

    // The records of these keys that there are. With `whole`, all that answers are checked by.
    std::map<std::string, MatchedRecord> by_key(const std::vector<std::string>& keys, bool whole);
    // The key of the only record whose key ends in this path, with or without the ending of
    // pictures; else by the file name alone; empty: none, or several. Reads all keys of the source
    // at the first call.
    std::string key_for_file(const std::string& name);
    // Of some record; empty: there is none.
    std::string some_key();

private:
    struct FileNames;
    base::Steps steps_;
    const StoredProject& project_;
    std::unique_ptr<FileNames> names_;
};

}  // namespace labeling
