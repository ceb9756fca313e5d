#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/database/steps.hpp"
#include "labeling/export/given_label.hpp"
#include "labeling/projects/project_store.hpp"
#include "labeling/tasks/task_type.hpp"

// Records by what files call them.
namespace labeling {

// What a label calls its record: its key, else how its text begins.
std::string name_of_given(const GivenLabel& label);

// A record as far as labels of it are checked by it.
class MatchedRecord : public AskedRecord {
public:
    std::string key{};
    std::string body{};
    int width = 0, height = 0;
    bool recorded = false;
    std::optional<double> seconds{};
    std::string fields{};

    std::string text() const override { return body; }
    std::optional<Size> picture() const override;
    std::optional<Recording> recording() const override;
    base::JsonText payload() const override { return {fields}; }
};

class RecordMatch {
public:
    RecordMatch(base::Steps steps, const StoredProject& project);
    ~RecordMatch();

    // The records that labels are of, by key; a label whose record is called otherwise takes its
    // key. With `whole`, all that answers are checked by. A record is meant by its key; else by its
    // text; else by the end of the path of its file (of pictures, and of what `also` has), with or
    // without the ending of pictures, or by the name of the file alone. What several records have
    // means none of them. Reads all texts or keys of the source when one is first looked for.
    std::map<std::string, MatchedRecord> find(std::vector<GivenLabel*> labels, bool whole);
    // Of `given` labels (or what else they are called), the first of which is told as
    // name_of_given() has it, none was of a record: throws base::Error.
    [[noreturn]] void
    none_matched(std::int64_t given, std::string_view what, const std::string& first);

private:
    struct FileNames;
    struct Texts;

    std::map<std::string, MatchedRecord> by_key(const std::vector<std::string>& keys, bool whole);
    // Names those of the labels whose texts are known.
    void name_by_text(const std::vector<GivenLabel*>& labels, bool of_tokens);
    std::string key_for_file(const std::string& name);
    // Of some record; empty: there is none.
    std::string some_key();

    base::Steps steps_;
    const StoredProject& project_;
    std::unique_ptr<FileNames> names_;
    std::unique_ptr<Texts> texts_, tokens_;
};

}  // namespace labeling
