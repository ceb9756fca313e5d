// What rows of a run can be sliced by. Categories go by the names of their values, never by their
// codes, whose order says nothing; a condition that does not find the records of its slice is not
// given to anybody.
#include <algorithm>

#include "base/database/database.hpp"
#include "schema/records/record_fields.hpp"
#include "schema/select/filter.hpp"
#include "training/analysis/judged_run.hpp"

namespace training {

namespace {

constexpr std::size_t fields_at_once = 1'000;

// Numbers as they are, categories by the names of their codes.
SliceColumn column_of(const Examples& examples, std::size_t at) {
    const auto& column = examples.columns[at];
    SliceColumn out{.name = column.name, .field = column.name};
    const auto levels = examples.levels.find(column.name);
    const bool category = column.type == schema::Column::Type::category;
    for (std::size_t row = 0; row < examples.rows; ++row) {
        const double value = examples.numeric[row * examples.columns.size() + at];
        if (!category || levels == examples.levels.end()) {
            out.numbers.push_back(value);
            continue;
        }
        const bool known = value >= 0 && value < static_cast<double>(levels->second.size());
        out.texts.push_back(known ? levels->second[static_cast<std::size_t>(value)] : "");
    }
    return out;
}

// What a URL says of where its record is from.
std::string host_of(const std::string& url) {
    const auto begin = url.find("://");
    if (begin == url.npos) return {};
    return url.substr(begin + 3, url.find_first_of("/?#", begin + 3) - begin - 3);
}

// Language, host and file of the records, those that differ.
void add_origins(
    const LoadedRun& loaded,
    const std::vector<Item>& items,
    std::vector<SliceColumn>& columns
) {
    SliceColumn language{.name = "language", .field = "language"}, host{.name = "host"},
        file{.name = "file", .field = "file"};
    for (std::size_t first = 0; first < items.size(); first += fields_at_once) {
        std::vector<schema::RecordVersion> versions;
        for (auto i = first; i < std::min(items.size(), first + fields_at_once); ++i)
            versions.push_back({items[i].id.rk, items[i].id.key, items[i].version});
        const auto fields = loaded.database.call([&](base::Tx& tx) {
            return schema::load_fields(
                tx, loaded.run.source_id, {"language", "url", "file"}, versions
            );
        });
        for (const auto& of : fields) {
            language.texts.push_back(of("language").value_or(""));
            host.texts.push_back(host_of(of("url").value_or("")));
            file.texts.push_back(of("file").value_or(""));
        }
    }
    for (auto* column : {&language, &host, &file}) {
        const auto taken = std::any_of(columns.begin(), columns.end(), [&](const auto& other) {
            return other.name == column->name;
        });
        const bool one =
            std::all_of(column->texts.begin(), column->texts.end(), [&](const auto& t) {
                return t == column->texts.front();
            });
        if (!taken && !one) columns.push_back(std::move(*column));
    }
}

}  // namespace

std::vector<SliceColumn> slice_columns_of(
    const LoadedRun& loaded,
    const RunContents& contents,
    const std::vector<Item>& items,
    const Examples& examples,
    bool label
) {
    std::vector<SliceColumn> columns;
    for (std::size_t i = 0; i < examples.columns.size(); ++i)
        columns.push_back(column_of(examples, i));
    if (!examples.text.empty()) {
        SliceColumn length{.name = "characters", .field = "characters"};
        for (const auto& text : examples.text)
            length.numbers.push_back(static_cast<double>(text.body.size()));
        columns.push_back(std::move(length));
    }
    if (examples.pixel_count > 0) {
        SliceColumn brightness{.name = "brightness"};
        for (std::size_t row = 0; row < examples.rows; ++row) {
            double sum = 0;
            for (std::size_t i = 0; i < examples.pixel_count; ++i)
                sum += examples.pixels[row * examples.pixel_count + i];
            brightness.numbers.push_back(sum / static_cast<double>(examples.pixel_count));
        }
        columns.push_back(std::move(brightness));
    }
    if (!items.empty()) add_origins(loaded, items, columns);
    if (auto about = contents.column(loaded.predictor, examples))
        columns.push_back(*std::move(about));
    if (label && examples.has_classes()) {
        SliceColumn classes{.name = "label"};
        for (int c : examples.classes)
            classes.texts.push_back(examples.class_names.at(static_cast<std::size_t>(c)));
        columns.push_back(std::move(classes));
    }
    if (label && (examples.has_sets() || examples.has_spans())) {
        SliceColumn many{.name = examples.has_sets() ? "classes of the label" : "spans"};
        const auto names = examples.class_names.size();
        for (std::size_t row = 0; row < examples.rows; ++row) {
            const auto* marks = examples.marks.data() + row * names;
            many.numbers.push_back(
                examples.has_sets() ? static_cast<double>(std::count(marks, marks + names, 1))
                                    : static_cast<double>(examples.spans[row].size())
            );
        }
        columns.push_back(std::move(many));
    }
    return columns;
}

void drop_false_conditions(
    const LoadedRun& loaded,
    const std::vector<Item>& items,
    std::vector<Slice>& slices
) {
    constexpr std::size_t tried = 20;
    for (auto& slice : slices) {
        if (slice.where.empty()) continue;
        const auto condition = schema::Filter::parse(slice.where);
        std::vector<schema::RecordVersion> versions;
        for (std::size_t i = 0; i < std::min(tried, slice.rows.size()); ++i) {
            const auto& item = items[slice.rows[i]];
            versions.push_back({item.id.rk, item.id.key, item.version});
        }
        const auto fields = loaded.database.call([&](base::Tx& tx) {
            return schema::load_fields(tx, loaded.run.source_id, condition.fields(), versions);
        });
        const bool finds = std::all_of(fields.begin(), fields.end(), [&](const auto& of) {
            return condition.matches(of);
        });
        if (!finds) slice.where.clear();
    }
}

}  // namespace training
