// Which of the readers a file of answers is for, told by how it begins and what its rows hold; and
// tables, whose columns are told by their names.
#include "labeling/export/answer_files.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <tuple>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"
#include "base/time/parse.hpp"
#include "formats/table/table.hpp"
#include "labeling/export/imports/answer_roles.hpp"
#include "labeling/export/imports/imports.hpp"
#include "labeling/export/label_files.hpp"

namespace labeling {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

class AnswerTable {
public:
    AnswerTable(formats::Table& table, const std::string& name, const AnswerReading& reading)
        : table_(table), name_(name), reading_(reading) {
        const auto& names = reading.names;
        item_ = must(AnswerRole::item, names.item, "item", "--item-column");
        answer_ = must(AnswerRole::answer, names.answer, "answer", "--answer-column");
        annotator_ = column(AnswerRole::annotator, names.annotator);
        if (!annotator_ && reading.person.empty())
            must(AnswerRole::annotator, names.annotator, "annotator", "--annotator-column");
        time_ = column(AnswerRole::time, names.time);
        milliseconds_ = column(AnswerRole::milliseconds);
        seconds_ = column(AnswerRole::seconds);
        attempt_ = column(AnswerRole::attempt);
        taken_back_ = column(AnswerRole::taken_back);
        taken_back_at_ = column(AnswerRole::taken_back_at);
        schema_version_ = column(AnswerRole::schema_version);
        simulated_ = column(AnswerRole::simulated);
        const auto& columns = table.columns();
        by_text_ = holds_texts(columns[item_]);
        exported_ = columns[answer_] == "given";
        if (reading.tell)
            reading.tell(
                {.item = columns[item_],
                 .annotator = annotator_ ? columns[*annotator_] : "",
                 .answer = columns[answer_],
                 .time = time_ ? columns[*time_] : ""}
            );
    }

    // Of the row read last; nothing for a record of our own export that nobody answered.
    std::optional<PersonAnswer> read() const {
        PersonAnswer answer{.place = fmt::format("{}: line {}", name_, table_.line())};
        answer.person = annotator_ ? table_.cell(*annotator_) : reading_.person;
        if (table_.cell(item_).empty())
            table_.fail("the field '" + column_name(item_) + "' is empty");
        if (exported_ && answer.person.empty() && table_.raw(answer_).empty()) return std::nullopt;
        (by_text_ ? answer.said.text : answer.said.key) = table_.raw(item_);
        // A text that people were asked for may be "NA".
        bool missing = exported_ ? table_.raw(answer_).empty() : table_.is_missing(answer_);
        if (!missing) answer.said.label = exported_ ? table_.raw(answer_) : table_.cell(answer_);
        read_times(answer);
        for (auto [column, number, name] :
             {std::tuple(attempt_, &answer.attempt, "attempt"),
              std::tuple(schema_version_, &answer.schema_version, "schema_version")}) {
            if (!column || table_.cell(*column).empty()) continue;
            auto read = base::whole_number<int>(table_.cell(*column), 10);
            if (read && *read >= 1)
                *number = *read;
            else
                fault(answer, *column, name, "no number from 1");
        }
        answer.taken_back = is_true(taken_back_) || answer.taken_back_at;
        answer.simulated = is_true(simulated_);
        return answer;
    }

private:
    std::optional<std::size_t> column(AnswerRole role, const std::string& named = {}) const {
        return column_for(role, table_.columns(), named, name_);
    }
    std::size_t must(
        AnswerRole role,
        const std::string& named,
        std::string_view what,
        std::string_view flag
    ) const {
        auto found = column(role, named);
        if (found) return *found;
        std::string there;
        for (const auto& each : table_.columns()) there += (there.empty() ? "" : ", ") + each;
        throw base::Error(
            name_,
            fmt::format("no column is known to name the {}; there are {}", what, there),
            fmt::format("name it by {}", flag)
        );
    }
    const std::string& column_name(std::size_t i) const { return table_.columns()[i]; }

    bool is_true(std::optional<std::size_t> column) const {
        if (!column) return false;
        auto word = base::to_lower(table_.cell(*column));
        return word == "true" || word == "1" || word == "yes";
    }

    void fault(
        PersonAnswer& answer,
        std::size_t column,
        std::string_view usual_name,
        std::string_view wanted
    ) const {
        answer.unread.emplace_back(usual_name, table_.cell(column));
        answer.said.fault = fmt::format(
            "its '{}' is '{}', which is {}", column_name(column), table_.cell(column), wanted
        );
    }

    void read_times(PersonAnswer& answer) const {
        for (auto [column, at, name] :
             {std::tuple(time_, &answer.at, "time"),
              std::tuple(taken_back_at_, &answer.taken_back_at, "withdrawn_at")}) {
            if (!column || table_.is_missing(*column)) continue;
            *at = base::parse_time(table_.cell(*column));
            if (!*at) fault(answer, *column, name, "no time that can be read in one way");
        }
        for (auto [column, unit, name] :
             {std::tuple(milliseconds_, 1, "milliseconds"),
              std::tuple(seconds_, 1000, "seconds")}) {
            if (!column || table_.is_missing(*column)) continue;
            auto number = base::parse_number(table_.cell(*column));
            if (number && *number >= 0 && *number < 1e12)
                answer.milliseconds = std::llround(*number * unit);
            else
                fault(answer, *column, name, "no duration");
        }
    }

    formats::Table& table_;
    const std::string& name_;
    const AnswerReading& reading_;
    std::size_t item_ = 0, answer_ = 0;
    std::optional<std::size_t> annotator_, time_, milliseconds_, seconds_, attempt_, taken_back_,
        taken_back_at_, schema_version_, simulated_;
    bool by_text_ = false;
    bool exported_ = false;  // by ourselves
};

bool is_task(const json::object& object) {
    const auto* data = object.if_contains("data");
    if (data && data->is_object()) return true;
    const auto* annotations = object.if_contains("annotations");
    if (!annotations || !annotations->is_array() || annotations->get_array().empty()) return false;
    const auto* first = annotations->get_array().front().if_object();
    return first && first->contains("result");
}

void read_answer_table(
    formats::Table& table,
    const std::string& name,
    const Question& question,
    const AnswerReading& reading,
    const TakePersonAnswer& take
) {
    AnswerObjects objects(question, reading);
    const auto& columns = table.columns();
    std::optional<AnswerTable> rows;
    bool studio = is_studio_row(columns);
    if (!columns.empty() && !studio) rows.emplace(table, name, reading);
    auto cell = [&](std::size_t i) -> const std::string& { return table.raw(i); };
    while (table.next()) {
        if (rows) {
            if (auto answer = rows->read()) take(*std::move(answer));
            continue;
        }
        auto row = studio ? json::value(studio_row_of_cells(columns, cell))
                          : json::parse({table.object().data(), table.object().size()});
        auto place = fmt::format("{}: line {}", name, table.line());
        const auto& object = row.as_object();
        if (is_studio_row(object))
            read_studio_answers(studio_task(object, question), place, question, take);
        else if (is_task(object))
            read_studio_answers(object, place, question, take);
        else
            objects.read(object, place, take);
    }
}

// The files of a folder that doccano exported: one for each person, called by their name.
std::vector<fs::path> files_of_people(const std::string& path) {
    std::vector<fs::path> files;
    if (path == "-" || !holds_people(path)) return files;
    for (const auto& entry : fs::directory_iterator(path))
        if (entry.is_regular_file() && entry.path().extension() == ".jsonl" &&
            entry.file_size() > 0)
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

// Whose answers such a file has. What is shared, or of somebody who is gone, is nobody's.
std::string person_of(const fs::path& file) {
    auto name = file.stem().string();
    return name == "all" || name == "unknown" ? "" : name;
}

// The labels of a file that does not say whose they are.
void read_of_one(
    const EachLabel& labels,
    const std::string& name,
    const std::string& person,
    const TakePersonAnswer& take
) {
    if (person.empty())
        throw base::Error(name, "does not say whose answers it has", "name the person by --person");
    labels([&](GivenLabel&& label) {
        take({.said = std::move(label), .person = person, .place = name});
    });
}

}  // namespace

EachPersonAnswer
answers_in(const std::string& path, const Question& question, const AnswerReading& reading) {
    return [=](const TakePersonAnswer& take) {
        auto read = [&](const std::string& file, const std::string& person) {
            auto own = reading;
            own.person = person;
            auto table = formats::Table::of_all(file);
            read_answer_table(table, file, question, own, [&](PersonAnswer&& answer) {
                if (answer.person.empty()) answer.person = person;
                take(std::move(answer));
            });
        };
        auto files = files_of_people(path);
        for (const auto& file : files)
            read(file.string(), reading.person.empty() ? person_of(file) : reading.person);
        if (!files.empty()) return;
        if (path != "-" && is_told_by_its_name(path))
            return read_of_one(labels_in(path, question), path, reading.person, take);
        read(path, reading.person);
    };
}

EachPersonAnswer answers_of_text(
    const std::string& name,
    const std::string& text,
    const Question& question,
    const AnswerReading& reading
) {
    return [=](const TakePersonAnswer& take) {
        auto one_person = [&](PersonAnswer&& answer) {
            if (answer.person.empty()) answer.person = reading.person;
            take(std::move(answer));
        };
        if (is_told_by_its_name(name))
            return read_of_one(labels_of_text(name, text, question), name, reading.person, take);
        auto table = formats::Table::of_all(name, text);
        read_answer_table(table, name, question, reading, one_person);
    };
}

}  // namespace labeling
