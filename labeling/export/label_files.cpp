// Which of the readers a file is for, told by what it is and how it begins.
#include "labeling/export/label_files.hpp"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <functional>
#include <set>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/run/files.hpp"
#include "base/settings/settings.hpp"
#include "base/text/ascii.hpp"
#include "formats/archive/bytes.hpp"
#include "formats/table/table.hpp"
#include "labeling/export/imports/answer_roles.hpp"
#include "labeling/export/imports/imports.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

std::optional<base::Fault> names_a_record(GivenLabel& given) {
    if (given.key.empty() && given.text.empty())
        return base::Fault{.reason = "is missing", .mend = "give a key, or the text", .at = "key"};
    if (given.key.empty() || given.text.empty()) return std::nullopt;
    // Which of them is meant where they are of two records, or the key of none?
    return base::Fault{.reason = "stands beside 'key'", .mend = "give one of them", .at = "text"};
}

}  // namespace

const base::Settings<GivenLabel> GivenLabel::settings{
    {{"key", &GivenLabel::key, "of a record"},
     {"text", &GivenLabel::text, "instead of a key: the whole text of the record"},
     {"label", &GivenLabel::label, "a class, or an answer as a text", {.scalars = true}},
     {"answer", &GivenLabel::answer, "instead of a label: an answer as JSON"},
     {"probability", &GivenLabel::probability, "how sure it is", {.low = 0, .high = 1}}},
    &names_a_record,
};

namespace {

const std::vector<std::string> columns_of_labels{"label", "answer", "probability"};

bool begins_as_json(std::string_view start) {
    if (start.starts_with("\xEF\xBB\xBF")) start.remove_prefix(3);
    auto at = start.find_first_not_of(" \t\r\n");
    return at != start.npos && (start[at] == '{' || start[at] == '[');
}

bool is_object_at(const json::object& object, std::string_view name) {
    const auto* found = object.if_contains(name);
    return found && found->is_object();
}

void read_object(
    const json::object& object,
    const std::string& place,
    const Question& question,
    const TakeLabel& take
) {
    if (object.contains("images") && object.contains("annotations"))
        read_coco(object, place, question, take);
    else if (is_studio_row(object))
        read_studio_task(studio_task(object, question), place, question, take);
    else if (is_object_at(object, "data") || object.contains("annotations"))
        read_studio_task(object, place, question, take);
    else
        read_line(object, place, question, take);
}

void read_rows(
    formats::Table& table,
    const std::string& name,
    const Question& question,
    const TakeLabel& take
) {
    std::size_t number = 0;
    while (table.next()) {
        ++number;
        if (!table.object().empty()) {
            auto row = json::parse({table.object().data(), table.object().size()});
            auto place = fmt::format("{}: line {}", name, table.line());
            read_object(row.as_object(), place, question, take);
            continue;
        }
        bool by_text = holds_texts(table.columns().front());
        if (table.cell(0).empty()) table.fail(by_text ? "the text is empty" : "the key is empty");
        if (number == 1 && !table.has(1) && !table.has(2))
            table.fail("no column 'label' in the header", "the first line must be key,label");
        GivenLabel given;
        (by_text ? given.text : given.key) = table.raw(0);
        auto column = table.has(1) ? std::size_t{1} : std::size_t{2};
        if (!table.is_missing(column)) given.label = table.cell(column);
        if (table.has(3) && !table.is_missing(3)) {
            auto p = base::parse_number(table.cell(3));
            if (!p || *p < 0 || *p > 1)
                table.fail(
                    fmt::format("the probability '{}' is not a number from 0 to 1", table.cell(3))
                );
            given.probability = *p;
        }
        take(std::move(given));
    }
}

// A table whose rows name records by their keys; without such a column, by their texts, which
// doccano calls data. `open` opens it with the columns that it must have.
formats::Table table_of_labels(
    const std::function<formats::Table(const std::vector<std::string>&)>& open
) {
    try {
        return open({"key"});
    } catch (const base::Error&) {
        auto keyless = std::current_exception();
        for (auto texts : {"text", "data"}) {
            try {
                return open({texts});
            } catch (const base::Error&) {
                continue;
            }
        }
        std::rethrow_exception(keyless);
    }
}

// Whether a table is of Label Studio; its rows are read then.
bool read_studio_table(
    formats::Table&& table,
    const std::string& name,
    const Question& question,
    const TakeLabel& take
) {
    if (!is_studio_row(table.columns())) return false;
    auto cell = [&](std::size_t i) -> const std::string& { return table.raw(i); };
    while (table.next()) {
        auto row = studio_row_of_cells(table.columns(), cell);
        auto place = fmt::format("{}: line {}", name, table.line());
        read_studio_task(studio_task(row, question), place, question, take);
    }
    return true;
}

bool is_conll(const fs::path& path) {
    auto ending = base::to_lower(path.extension().string());
    return ending == ".conll" || ending == ".bio" || ending == ".iob" || ending == ".iob2";
}

bool is_xml(const fs::path& path) {
    return path.extension() == ".xml";
}

// Where the annotations of pictures lie in a folder of Pascal VOC.
fs::path voc_root(const fs::path& folder) {
    return fs::is_directory(folder / "Annotations") ? folder / "Annotations" : folder;
}

std::set<fs::path> voc_files(const fs::path& folder) {
    std::set<fs::path> files;  // in order
    for (const auto& entry : fs::recursive_directory_iterator(voc_root(folder)))
        if (entry.is_regular_file() && is_xml(entry.path())) files.insert(entry.path());
    return files;
}

void read_folder(const fs::path& folder, const Question& question, const TakeLabel& take) {
    if (holds_people(folder))
        throw base::Error(
            folder.string(),
            "holds files of JSON lines, as of several people, of which none is what is true",
            "import what they answered by --answers, or one file alone"
        );
    auto annotations = voc_root(folder);
    auto files = voc_files(folder);
    if (files.empty()) return read_yolo(folder, question, take);
    for (const auto& file : files)
        read_voc(
            base::read_whole_file(file.string()),
            file.string(),
            file.lexically_relative(annotations).replace_extension().generic_string(),
            take
        );
}

void read_text(
    const std::string& name,
    const std::string& text,
    const Question& question,
    const TakeLabel& take
) {
    fs::path path(name);
    if (is_conll(path)) return read_conll(text, name, take);
    if (is_xml(path)) return read_voc(text, name, path.stem().string(), take);
    bool is_table = !begins_as_json(text) && !text.empty();
    if (is_table && read_studio_table(formats::Table::of_all(name, text), name, question, take))
        return;
    auto table = begins_as_json(text)
                     ? formats::Table::of(name, text, {})
                     : table_of_labels([&](const std::vector<std::string>& wanted) {
                           return formats::Table::of(name, text, wanted, columns_of_labels);
                       });
    read_rows(table, name, question, take);
}

void read_path(const std::string& path, const Question& question, const TakeLabel& take) {
    if (fs::is_directory(path)) return read_folder(path, question, take);
    if (is_conll(path) || is_xml(path))
        return read_text(path, base::read_whole_file(path), question, take);
    bool is_json = path != "-" && fs::exists(path) && begins_as_json(formats::Bytes(path).start());
    auto open = [&](const std::vector<std::string>& wanted) {
        return formats::Table(path, wanted, columns_of_labels);
    };
    bool is_table =
        path != "-" && !is_json && fs::exists(path) && !formats::Bytes(path).start().empty();
    if (is_table && read_studio_table(formats::Table::of_all(path), path, question, take)) return;
    auto table = is_json       ? formats::Table(path, {})
                 : path == "-" ? open({"key"})
                               : table_of_labels(open);
    read_rows(table, path, question, take);
}

}  // namespace

bool holds_people(const std::string& path) {
    if (!fs::is_directory(path) || is_yolo(path) || !voc_files(path).empty()) return false;
    return std::any_of(
        fs::directory_iterator(path),
        fs::directory_iterator(),
        [](const fs::directory_entry& entry) { return entry.path().extension() == ".jsonl"; }
    );
}

bool is_told_by_its_name(const std::string& path) {
    return fs::is_directory(path) || is_conll(path) || is_xml(path);
}

EachLabel labels_in(const std::string& path, const Question& question) {
    return [path, question](const TakeLabel& take) { read_path(path, question, take); };
}

EachLabel
labels_of_text(const std::string& name, const std::string& text, const Question& question) {
    return [name, text, question](const TakeLabel& take) { read_text(name, text, question, take); };
}

}  // namespace labeling
