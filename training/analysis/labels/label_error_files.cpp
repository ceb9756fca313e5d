// The files are read once each, the probabilities first, into one matrix; the labels then pick
// their rows. A million rows of twenty classes take 160 MB.
//
// People's files differ in how they name things: classes by name in the header and by number in the
// labels is common (a matrix that was saved with its column names, labels as codes). That is taken
// where no label is a class by name and all are numbers of columns, and told.
#include "training/analysis/labels/label_error_files.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"
#include "base/text/unicode.hpp"
#include "formats/table/table.hpp"

namespace training {

namespace {

namespace json = boost::json;

constexpr double sum_tolerance = 1e-3;
constexpr std::size_t between_stops = 4'096;

// How many rows had what, and where the first of them is.
class LeftOut {
public:
    void add(const std::string& what, const std::string& where) {
        auto& [count, first] = found_[what];
        if (count++ == 0) first = where;
    }
    void tell(std::vector<std::string>& notes) const {
        for (const auto& [what, seen] : found_)
            notes.push_back(fmt::format(
                "{} row{} {}; the first: {}",
                seen.first,
                seen.first == 1 ? "" : "s",
                what,
                seen.second
            ));
    }

private:
    std::map<std::string, std::pair<std::size_t, std::string>> found_;
};

bool named_as(const std::string& column, std::initializer_list<const char*> wanted) {
    return std::any_of(wanted.begin(), wanted.end(), [&](const char* name) {
        return base::equal_ignoring_case(column, name);
    });
}

bool is_id(const std::string& column) {
    return named_as(column, {"id", "key"});
}

bool is_label(const std::string& column) {
    return named_as(column, {"label", "given", "given_label", "class"});
}

std::string text_of(const json::value& value) {
    if (value.is_string()) return base::tidy_name(std::string(value.as_string()));
    if (value.is_null()) return {};
    return value.is_number() ? base::number_text(value.to_number<double>())
                             : json::serialize(value);
}

// A row as JSON, without ids and such.
json::object object_in(const formats::Table& table) {
    return json::parse({table.object().data(), table.object().size()}).as_object();
}

// What a cell says, NaN where it is no number.
double probability_in(const std::string& text) {
    return base::parse_number(text).value_or(std::nan(""));
}

// Probabilities as they stand in their file.
class ProbabilityFile {
public:
    ProbabilityFile(std::string path, const std::stop_token& stop)
        : path_(std::move(path)), stop_(stop) {
        auto table = formats::Table::of_all(path_);
        read_header(table.columns());
        while (table.next()) {
            if (rows_.size() % between_stops == 0 && stop_.stop_requested())
                throw base::Interrupted();
            table.object().empty() ? read_cells(table) : read_object(table);
        }
        if (rows_.empty()) throw base::Error(path_, "has no rows", "give a row for each record");
        if (classes.size() < 2)
            throw base::Error(
                path_, "has fewer than two classes", "give a column for each class beside 'id'"
            );
    }

    bool has_ids() const { return has_ids_; }
    std::size_t size() const { return rows_.size(); }
    std::optional<std::size_t> find(const std::string& id) const {
        const auto at = by_id_.find(id);
        return at == by_id_.end() ? std::nullopt : std::optional(at->second);
    }
    const std::string& id(std::size_t row) const { return rows_[row]; }
    // Appends the row, scaled to a sum of 1. False if it cannot be used; why is counted.
    bool append(std::size_t row, std::vector<double>& out, LeftOut& counts) const {
        double sum = 0;
        const auto* line = &values_[row * classes.size()];
        for (std::size_t c = 0; c < classes.size(); ++c) {
            if (!std::isfinite(line[c]) || line[c] < 0) {
                counts.add(
                    "left out: a probability is missing, negative or no finite number", rows_[row]
                );
                return false;
            }
            sum += line[c];
        }
        if (!(sum > 0) || !std::isfinite(sum)) {
            counts.add("left out: the probabilities sum to 0", rows_[row]);
            return false;
        }
        if (std::abs(sum - 1) > sum_tolerance)
            counts.add("scaled: the probabilities do not sum to 1", rows_[row]);
        for (std::size_t c = 0; c < classes.size(); ++c) out.push_back(line[c] / sum);
        return true;
    }

    std::vector<std::string> classes;
    bool numbered = false;  // the classes are numbers, for there was no header

private:
    void read_header(const std::vector<std::string>& columns) {
        if (columns.empty()) return;  // JSON
        numbered = std::all_of(columns.begin(), columns.end(), [](const auto& column) {
            const auto value = base::parse_number(column);
            return value && *value >= 0 && *value <= 1;
        });
        // Two columns called 0 and 1 are a header: a row of a matrix sums to 1 by more than that.
        if (numbered && columns.size() == 2 && columns[0] == "0" && columns[1] == "1")
            numbered = false;
        for (std::size_t c = 0; c < columns.size(); ++c) {
            if (!numbered && is_id(columns[c]) && !has_ids_) {
                has_ids_ = true;
                id_column_ = c;
                continue;
            }
            add_class(numbered ? std::to_string(c) : columns[c]);
            class_columns_.push_back(c);
        }
        if (!numbered) return;
        for (const auto& cell : columns) values_.push_back(probability_in(cell));
        rows_.push_back("1");
    }

    std::size_t add_class(const std::string& name) {
        const auto [at, added] = class_at_.emplace(name, classes.size());
        if (!added || name.empty())
            throw base::Error(
                path_,
                added ? "a column has no name" : fmt::format("two columns are called '{}'", name),
                "name each class once"
            );
        classes.push_back(name);
        return at->second;
    }

    void add_row(const formats::Table& table, std::string id) {
        if (!has_ids_) {
            rows_.push_back(std::to_string(rows_.size() + 1));
            return;
        }
        if (id.empty()) table.fail("has no id", "give each row its 'id'");
        if (!by_id_.emplace(id, rows_.size()).second)
            table.fail(fmt::format("id '{}' stands twice", id), "give each row once");
        rows_.push_back(std::move(id));
    }

    void read_cells(formats::Table& table) {
        add_row(table, has_ids_ ? table.cell(id_column_) : std::string());
        for (auto column : class_columns_) values_.push_back(probability_in(table.cell(column)));
    }

    // The first object says which classes there are.
    void read_object(const formats::Table& table) {
        auto object = object_in(table);
        std::string id;
        for (const auto* name : {"id", "key"}) {
            const auto* given = object.if_contains(name);
            if (!given) continue;
            if (rows_.empty()) has_ids_ = true;
            id = text_of(*given);
            object.stable_erase(name);  // classes stay in their order
            break;
        }
        if (const auto* nested = object.if_contains("probabilities")) {
            if (!nested->is_object())
                table.fail("'probabilities' is no object", "give {\"class\": probability, ..}");
            object = json::object(nested->as_object());
        }
        if (rows_.empty())
            for (const auto& [name, value] : object) add_class(base::tidy_name(std::string(name)));
        std::vector<double> line(classes.size(), std::nan(""));
        for (const auto& [name, value] : object) {
            const auto at = class_at_.find(base::tidy_name(std::string(name)));
            if (at == class_at_.end())
                table.fail(
                    fmt::format("'{}' is no class of the first row", std::string(name)),
                    "give every row the same classes"
                );
            if (value.is_number()) line[at->second] = value.to_number<double>();
        }
        add_row(table, std::move(id));
        values_.insert(values_.end(), line.begin(), line.end());
    }

    std::string path_;
    const std::stop_token& stop_;
    bool has_ids_ = false;
    std::size_t id_column_ = 0;
    std::vector<std::size_t> class_columns_;
    std::unordered_map<std::string, std::size_t> class_at_;
    std::vector<std::string> rows_;  // ids, or numbers from 1
    std::unordered_map<std::string, std::size_t> by_id_;
    std::vector<double> values_;
};

// Labels as they stand in their file; ids are empty where the file has none.
struct GivenLabels {
    std::vector<std::string> ids, labels;
    bool has_ids = false;
};

bool no_label(const std::string& label) {
    if (label.empty() || label == "NA" || label == "N/A") return true;
    return named_as(label, {"nan", "null", "none"});
}

void check_twice(const std::string& path, const GivenLabels& given) {
    if (!given.has_ids) return;
    std::unordered_map<std::string_view, std::size_t> seen;
    for (const auto& id : given.ids)
        if (!seen.emplace(id, 0).second)
            throw base::Error(
                path, fmt::format("id '{}' stands twice", id), "give each record one label"
            );
}

GivenLabels read_labels(const std::string& path, const std::stop_token& stop) {
    auto table = formats::Table::of_all(path);
    GivenLabels out;
    std::optional<std::size_t> id, label;
    const auto& columns = table.columns();
    for (std::size_t c = 0; c < columns.size(); ++c) {
        if (!id && is_id(columns[c])) id = c;
        if (!label && is_label(columns[c])) label = c;
    }
    if (!columns.empty() && !label) {
        if (columns.size() > 1 || !base::whole_number<int>(columns[0]))
            throw base::Error(
                path + ": line 1", "no column 'label' in the header", "begin with a line id,label"
            );
        label = 0;
        out.labels.push_back(columns[0]);  // a column of numbers without a header
    }
    out.has_ids = id.has_value();
    while (table.next()) {
        if (out.labels.size() % between_stops == 0 && stop.stop_requested())
            throw base::Interrupted();
        if (table.object().empty()) {
            if (id) out.ids.push_back(table.cell(*id));
            out.labels.push_back(table.cell(*label));
            continue;
        }
        const auto object = object_in(table);
        const json::value* given = nullptr;
        for (const auto& [name, value] : object) {
            if (!given && is_label(name)) given = &value;
            if (!is_id(name) || out.ids.size() > out.labels.size()) continue;
            out.has_ids = true;
            out.ids.push_back(text_of(value));
        }
        if (!given) table.fail("has no 'label'", "give {\"id\": .., \"label\": ..}");
        out.labels.push_back(text_of(*given));
        if (out.has_ids && out.ids.size() != out.labels.size())
            table.fail("has no 'id', as other rows have", "give each row its 'id'");
    }
    if (out.labels.empty()) throw base::Error(path, "has no rows", "give a label for each record");
    check_twice(path, out);
    return out;
}

// How labels name classes: by their names, or by the numbers of the columns.
std::unordered_map<std::string, int> names_of_classes(
    const ProbabilityFile& matrix,
    const GivenLabels& given,
    std::vector<std::string>& notes
) {
    std::unordered_map<std::string, int> by_name;
    for (std::size_t c = 0; c < matrix.classes.size(); ++c)
        by_name.emplace(matrix.classes[c], static_cast<int>(c));
    bool numbers = true, named = false;
    for (const auto& label : given.labels) {
        if (no_label(label)) continue;
        named |= by_name.contains(label);
        const auto number = base::whole_number<std::size_t>(label);
        numbers &= number && *number < matrix.classes.size();
    }
    if (named || !numbers) return by_name;
    by_name.clear();
    for (std::size_t c = 0; c < matrix.classes.size(); ++c)
        by_name.emplace(std::to_string(c), static_cast<int>(c));
    notes.push_back("labels are taken as numbers of the classes' columns, from 0");
    return by_name;
}

// Whether rows belong together by their ids; if not, there are as many.
bool match_by_id(
    const ProbabilityFile& matrix,
    const GivenLabels& given,
    const std::string& probabilities,
    const std::string& labels
) {
    if (matrix.has_ids() != given.has_ids)
        throw base::Error(
            matrix.has_ids() ? labels : probabilities,
            "has no column 'id', as the other file has",
            "give both an 'id', or neither"
        );
    if (!given.has_ids && matrix.size() != given.labels.size())
        throw base::Error(
            labels,
            fmt::format(
                "{} labels for {} rows of probabilities", given.labels.size(), matrix.size()
            ),
            "give both files an 'id', or as many rows"
        );
    return given.has_ids;
}

}  // namespace

JudgedLabels read_judged_labels(
    const std::string& probabilities,
    const std::string& labels,
    const std::stop_token& stop
) {
    const ProbabilityFile matrix(probabilities, stop);
    const auto given = read_labels(labels, stop);
    const bool by_id = match_by_id(matrix, given, probabilities, labels);
    JudgedLabels out;
    out.classes = matrix.classes;
    const auto classes = names_of_classes(matrix, given, out.notes);
    LeftOut counts;
    std::size_t matched = 0;
    for (std::size_t i = 0; i < given.labels.size(); ++i) {
        const auto row = by_id ? matrix.find(given.ids[i]) : std::optional(i);
        const auto& id = by_id ? given.ids[i] : matrix.id(i);
        if (!row) {
            counts.add("of labels left out: no probabilities for them", id);
            continue;
        }
        ++matched;
        const auto at = classes.find(given.labels[i]);
        if (no_label(given.labels[i])) {
            counts.add("left out: the label is missing", id);
        } else if (at == classes.end()) {
            counts.add("left out: the label is no class of the probabilities", id);
        } else if (matrix.append(*row, out.probabilities, counts)) {
            out.ids.push_back(id);
            out.labels.push_back(at->second);
        }
    }
    counts.tell(out.notes);
    if (matched < matrix.size())
        out.notes.push_back(
            fmt::format("{} rows of probabilities have no label", matrix.size() - matched)
        );
    if (out.labels.empty())
        throw base::Error(
            labels,
            out.notes.empty() ? "no row can be used" : "no row can be used: " + out.notes.front(),
            "see that ids and classes are the same in both files"
        );
    return out;
}

}  // namespace training
