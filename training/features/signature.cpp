// Columns are matched by name and category values by name; the codes that the training rows had are
// kept, so that a preparation that was fitted to them holds for every later input.
#include "training/features/signature.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/json.hpp>

#include "base/error.hpp"

namespace training {

namespace {

namespace json = boost::json;

// The values of a category that come in the rows.
Codes codes_in(const Examples& rows, std::size_t column, const std::vector<std::string>& names) {
    std::set<std::size_t> seen;
    const auto width = rows.columns.size();
    for (std::size_t row = 0; row < rows.rows; ++row) {
        const double code = rows.numeric[row * width + column];
        if (code >= 0 && code < static_cast<double>(names.size()))
            seen.insert(static_cast<std::size_t>(code));
    }
    Codes codes;
    for (auto code : seen) codes.emplace(names[code], static_cast<int>(code));
    return codes;
}

std::string in_words(const InputSignature& wanted) {
    std::vector<std::string> parts;
    if (wanted.text()) parts.emplace_back("texts");
    for (const auto& column : wanted.columns()) parts.push_back("'" + column.name + "'");
    for (const auto& field : wanted.fields()) parts.push_back("'" + field + "'");
    if (wanted.pixel_count() > 0) parts.emplace_back("pictures");
    if (parts.size() > 12) {
        const auto more = parts.size() - 11;
        parts.resize(11);
        parts.push_back(fmt::format("{} more", more));
    }
    return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

InputSignature InputSignature::of(const Examples& train, bool text, bool numeric, bool pixels) {
    InputSignature out;
    out.text_ = text && !train.text.empty();
    if (numeric) {
        out.columns_ = train.columns;
        for (std::size_t i = 0; i < train.columns.size(); ++i) {
            const auto& column = train.columns[i];
            const auto names = train.levels.find(column.name);
            if (column.type == schema::Column::Type::category && names != train.levels.end())
                out.codes_.emplace(column.name, codes_in(train, i, names->second));
        }
    }
    if (pixels) {
        out.pixel_count_ = train.pixel_count;
        out.pixel_width_ = train.pixel_width;
        out.pixel_channels_ = train.pixel_channels;
    }
    return out;
}

void InputSignature::keep_columns(
    const Examples& train,
    const std::function<bool(const std::string&)>& takes
) {
    std::erase_if(columns_, [&](const schema::Column& column) {
        const auto place = static_cast<std::size_t>(
            std::find_if(
                train.columns.begin(),
                train.columns.end(),
                [&](const schema::Column& other) { return other.name == column.name; }
            ) -
            train.columns.begin()
        );
        bool known = false;
        for (std::size_t row = 0; row < train.rows && !known; ++row)
            known = std::isfinite(train.numeric[row * train.columns.size() + place]);
        if (known && takes(column.name)) return false;
        codes_.erase(column.name);
        return true;
    });
}

InputSignature
InputSignature::of_columns(std::vector<schema::Column> columns, const Levels& levels, bool text) {
    InputSignature out;
    out.text_ = text;
    out.columns_ = std::move(columns);
    for (const auto& [column, names] : levels) out.codes_.emplace(column, codes_of(names));
    return out;
}

formats::PictureShape InputSignature::pictures() const {
    Examples shape;
    shape.pixel_count = pixel_count_;
    shape.pixel_width = pixel_width_;
    shape.pixel_channels = pixel_channels_;
    return shape_of(shape);
}

bool InputSignature::fits(const Examples& examples) const {
    return text_ == !examples.text.empty() && pixel_count_ == examples.pixel_count &&
           ColumnMap(examples.columns, examples.levels, columns_, codes_).same();
}

void InputSignature::align_numbers(Examples& examples, Alignment& notes, bool named) const {
    const ColumnMap map(examples.columns, examples.levels, columns_, codes_);
    notes.missing = map.missing();
    notes.extra = map.extra();
    notes.other_unit = map.other_unit();
    if (map.same() && named) return;
    const auto width = examples.columns.size();
    std::vector<double> moved(examples.rows * columns_.size());
    for (std::size_t row = 0; row < examples.rows; ++row)
        notes.unknown_values +=
            map.move(examples.numeric.data() + row * width, moved.data() + row * columns_.size());
    examples.numeric = std::move(moved);
    examples.columns = columns_;
    examples.levels.clear();
    if (!named) return;
    for (const auto& [column, codes] : codes_) {
        auto& names = examples.levels[column];
        for (const auto& [name, code] : codes) {
            const auto place = static_cast<std::size_t>(code);
            if (names.size() <= place) names.resize(place + 1);
            names[place] = name;
        }
    }
}

Examples InputSignature::align(Examples examples, Alignment* notes) const {
    return aligned(std::move(examples), notes, true);
}

Examples InputSignature::code(Examples examples, Alignment* notes) const {
    return aligned(std::move(examples), notes, false);
}

Examples InputSignature::aligned(Examples examples, Alignment* notes, bool named) const {
    Alignment own;
    auto& found = notes ? *notes : own;
    found = {};
    if (examples.rows == 0) {
        Examples none;
        none.class_names = std::move(examples.class_names);
        return none;
    }
    const bool pictures = pixel_count_ > 0 && examples.pixel_count > 0;
    if (pictures && examples.pixel_count != pixel_count_)
        throw base::Error(
            "images",
            fmt::format(
                "{} values each, but the model was trained on {}",
                examples.pixel_count,
                pixel_count_
            ),
            "scale the images to the training size"
        );
    const bool texts = text_ && !examples.text.empty();
    align_numbers(examples, found, named);
    const bool numbers = found.missing.size() + found.other_unit.size() < columns_.size();
    if (!texts && !numbers && !pictures && fields_.empty() &&
        (text_ || !columns_.empty() || pixel_count_ > 0))
        throw base::Error(
            "examples", "nothing that the model knows", "it was trained on " + in_words(*this)
        );
    for (const auto& field : fields_) examples.payload[field].resize(examples.rows);
    if (!text_) examples.text.clear();
    if (text_ && !texts) examples.text.resize(examples.rows);
    if (!pictures) {
        examples.pixels.assign(examples.rows * pixel_count_, 0);
        examples.pixel_count = pixel_count_;
        examples.pixel_width = pixel_width_;
        examples.pixel_channels = pixel_channels_;
    }
    return examples;
}

std::string InputSignature::json() const {
    json::array columns;
    for (const auto& column : columns_) {
        json::object one{{"name", column.name}, {"type", std::string(base::name_of(column.type))}};
        if (!column.unit.empty()) one["unit"] = column.unit;
        if (const auto codes = codes_.find(column.name); codes != codes_.end())
            one["values"] = codes->second.size();
        columns.push_back(std::move(one));
    }
    json::object out{{"text", text_}, {"columns", columns}, {"mapped", !rules_.empty()}};
    if (!fields_.empty()) out["fields"] = json::value_from(fields_);
    if (pixel_count_ > 0)
        out["picture"] = json::object{
            {"values", pixel_count_}, {"width", pixel_width_}, {"channels", pixel_channels_}};
    return json::serialize(out);
}

void InputSignature::save(Writer& out) const {
    out.put<std::uint8_t>(text_);
    out.put<std::uint64_t>(columns_.size());
    for (const auto& column : columns_) {
        out.text(column.name);
        out.put(static_cast<std::uint8_t>(column.type));
        out.text(column.unit);
        const auto codes = codes_.find(column.name);
        out.put<std::uint8_t>(codes != codes_.end());
        if (codes == codes_.end()) continue;
        const std::map<std::string, int> sorted(codes->second.begin(), codes->second.end());
        out.put<std::uint64_t>(sorted.size());
        for (const auto& [name, code] : sorted) {
            out.text(name);
            out.put<std::int32_t>(code);
        }
    }
    for (auto size : {pixel_count_, pixel_width_, pixel_channels_}) out.put<std::uint64_t>(size);
    out.text(rules_);
}

InputSignature InputSignature::load(Reader& in) {
    InputSignature out;
    out.text_ = in.get<std::uint8_t>() != 0;
    for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
        schema::Column column;
        column.name = in.text();
        const auto type = in.get<std::uint8_t>();
        if (type > static_cast<std::uint8_t>(schema::Column::Type::time)) Reader::broken();
        column.type = static_cast<schema::Column::Type>(type);
        column.unit = in.text();
        if (in.get<std::uint8_t>() != 0) {
            auto& codes = out.codes_[column.name];
            for (auto values = in.get<std::uint64_t>(); values > 0; --values) {
                auto name = in.text();
                const auto code = in.get<std::int32_t>();
                if (code < 0) Reader::broken();
                codes.emplace(std::move(name), code);
            }
        }
        out.columns_.push_back(std::move(column));
    }
    out.pixel_count_ = in.get<std::uint64_t>();
    out.pixel_width_ = in.get<std::uint64_t>();
    out.pixel_channels_ = in.get<std::uint64_t>();
    out.rules_ = in.text();
    return out;
}

}  // namespace training
