#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "labeling/export/answer_files.hpp"
#include "labeling/export/person_answer.hpp"
#include "labeling/projects/question.hpp"

// How files of other programs are read, one function a format. They throw base::Error for what is
// malformed, named by `place`: a file, or a file and its line.
namespace labeling {

// A JSON object that is a record and its label: our own, spaCy's, doccano's, Prodigy's (what was
// rejected or ignored there has no label).
void read_line(
    const boost::json::object& line,
    const std::string& place,
    const Question& question,
    const TakeLabel& take
);
// A task of Label Studio: the annotation that is marked as ground truth, else the last one that was
// not cancelled. What machines predicted is no label.
void read_studio_task(
    const boost::json::object& task,
    const std::string& place,
    const Question& question,
    const TakeLabel& take
);
// All its annotations, as the answers of their authors; but not what is marked as ground truth and
// has no author.
void read_studio_answers(
    const boost::json::object& task,
    const std::string& place,
    const Question& question,
    const TakePersonAnswer& take
);
// A row of Label Studio's short exports, JSON_MIN and CSV, by its members or columns; the task that
// it is of, with its one annotation; and the row that cells of CSV make.
bool is_studio_row(const boost::json::object& row);
bool is_studio_row(const std::vector<std::string>& members);
boost::json::object studio_task(const boost::json::object& row, const Question& question);
boost::json::object studio_row_of_cells(
    const std::vector<std::string>& columns,
    const std::function<const std::string&(std::size_t column)>& cell
);
// The prediction of a task of Label Studio, with its score: the only one, else the one whose
// model_version is `version`. It is none where there are several of other versions.
void read_studio_prediction(
    const boost::json::object& task,
    const std::string& place,
    const Question& question,
    const std::string& version,
    const std::function<void(GivenLabel&& said, std::optional<double> score)>& take
);
// The answers in an object that is no task: of tilth's export with answers, of Prodigy, of doccano,
// or one that names item, annotator and answer.
class AnswerObjects {
public:
    // The question outlives it.
    AnswerObjects(const Question& question, const AnswerReading& reading)
        : question_(question), reading_(reading) {}

    void
    read(const boost::json::object& line, const std::string& place, const TakePersonAnswer& take);

private:
    void read_exported(
        const boost::json::object& line,
        const std::string& place,
        const TakePersonAnswer& take
    ) const;
    void read_doccano(
        const boost::json::object& line,
        const std::string& place,
        const TakePersonAnswer& take
    ) const;
    void read_prodigy(
        const boost::json::object& line,
        const std::string& place,
        const TakePersonAnswer& take
    ) const;
    void read_row(
        const boost::json::object& line,
        const std::string& place,
        const TakePersonAnswer& take
    );

    // What the members of an object are; empty: there is none.
    struct Names : ColumnNames {
        std::string milliseconds{}, seconds{}, attempt{}, taken_back{}, taken_back_at{},
            schema_version{}, simulated{};
    };
    void find_names(const boost::json::object& line, const std::string& place);

    const Question& question_;
    const AnswerReading& reading_;
    std::vector<std::string> members_;  // of the object read last, whose names these are
    Names names_;
    bool told_ = false;
};
// What JSON says of an answer beside what was said: a number or time, or a text that holds one.
// null and an empty text say nothing; whatever else can not be read is the answer's fault, which
// calls it by `name`. Counts begin at 1; of a duration, `unit` is how many milliseconds one is.
void read_count(
    const boost::json::value& value,
    std::string_view name,
    std::optional<int>& into,
    PersonAnswer& answer
);
void read_duration(const boost::json::value& value, int unit, PersonAnswer& answer);
void read_time(
    const boost::json::value& value,
    std::string_view name,
    std::optional<base::Time>& into,
    PersonAnswer& answer
);

void read_coco(
    const boost::json::object& dataset,
    const std::string& place,
    const Question& question,
    const TakeLabel& take
);
void read_conll(std::string_view text, const std::string& place, const TakeLabel& take);
// An annotation of a picture; `name` is its path without the ending.
void read_voc(
    std::string_view xml,
    const std::string& place,
    const std::string& name,
    const TakeLabel& take
);
// Whether a folder has the names of classes as YOLO has them.
bool is_yolo(const std::filesystem::path& folder);
void read_yolo(
    const std::filesystem::path& folder,
    const Question& question,
    const TakeLabel& take
);

// A key as files have it: a text or a number; empty for anything else.
std::string key_of(const boost::json::object& from, std::string_view name);

}  // namespace labeling
