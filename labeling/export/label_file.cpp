#include "labeling/export/label_file.hpp"

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "labeling/answers.hpp"
#include "labeling/export/csv.hpp"

namespace labeling {

const base::Settings<GivenLabel> GivenLabel::settings{
    {"key", &GivenLabel::key, "of a record", {.required = true}},
    {"label", &GivenLabel::label, "a class", {.required = true, .scalars = true}},
    {"probability", &GivenLabel::probability, "how sure it is", {.low = 0, .high = 1}},
};

namespace {

namespace json = boost::json;

bool is_probability(double p) {
    return p >= 0 && p <= 1;
}

std::vector<GivenLabel> read_csv(const std::string& path) {
    detail::CsvReader csv(path, detail::read_file(path));
    auto columns = csv.header({"key", "label"});
    auto with_probability = csv.column("probability");
    std::vector<GivenLabel> labels;
    std::vector<std::string> row;
    while (csv.next(row)) {
        GivenLabel label{row[columns[0]], row[columns[1]]};
        if (label.key.empty()) csv.fail("the key is empty");
        if (label.label.empty())
            csv.fail("the label is empty", "leave out records without a label");
        if (with_probability != detail::CsvReader::npos && !row[with_probability].empty()) {
            auto p = parse_number(row[with_probability]);
            if (!p || !is_probability(*p))
                csv.fail(
                    "the probability '" + row[with_probability] + "' is not a number from 0 to 1"
                );
            label.probability = *p;
        }
        labels.push_back(std::move(label));
    }
    return labels;
}

std::vector<GivenLabel> read_lines(const std::string& path) {
    auto text = detail::read_file(path);
    std::vector<GivenLabel> labels;
    std::size_t line = 0;
    auto fail = [&](const std::string& reason) -> void {
        throw base::Error(
            path + ": line " + std::to_string(line),
            reason,
            R"(write {"key":"..","label":".."} on each line)"
        );
    };
    for (std::size_t at = 0; at < text.size();) {
        ++line;
        auto end = std::min(text.find('\n', at), text.size());
        std::string_view one(text.data() + at, end - at);
        at = end + 1;
        if (one.find_first_not_of(" \t\r") == one.npos) continue;

        boost::system::error_code error;
        auto value = json::parse(json::string_view(one.data(), one.size()), error);
        if (error) fail("is not JSON");
        const auto* object = value.if_object();
        if (!object) fail("is not a JSON object");
        auto text_of = [&](std::string_view name) {
            const auto* member = object->if_contains(name);
            if (member && member->is_string() && !member->as_string().empty())
                return std::string(member->as_string());
            if (member && (member->is_int64() || member->is_uint64() || member->is_bool()))
                return json::serialize(*member);
            fail("has no '" + std::string(name) + "'");
            return std::string();
        };
        GivenLabel label{text_of("key"), text_of("label")};
        if (const auto* p = object->if_contains("probability")) {
            if (!p->is_number() || !is_probability(p->to_number<double>()))
                fail("its probability is not a number from 0 to 1");
            label.probability = p->to_number<double>();
        }
        labels.push_back(std::move(label));
    }
    return labels;
}

}  // namespace

std::vector<GivenLabel> read_label_file(const std::string& path) {
    return path.ends_with(".jsonl") || path.ends_with(".ndjson") ? read_lines(path)
                                                                 : read_csv(path);
}

}  // namespace labeling
