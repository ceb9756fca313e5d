// What people are told about settings: for --help, completion and docs/reference/settings.md.
#include <algorithm>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/numbers/parse.hpp"
#include "base/settings/settings.hpp"

namespace base {

namespace json = boost::json;
using Kind = Shape::Kind;

namespace {

// What stands within optionals and lists.
const Shape& innermost(const Shape& shape) {
    const auto* at = &shape;
    while (at->kind == Kind::optional || at->kind == Kind::list || at->kind == Kind::table)
        at = &at->inner();
    return *at;
}

// A list of tables is written "stream[].name".
std::string suffix_of(const Shape& shape) {
    switch (shape.kind) {
        case Kind::optional:
            return suffix_of(shape.inner());
        case Kind::list:
            return "[]" + suffix_of(shape.inner());
        case Kind::table:
            return ".NAME" + suffix_of(shape.inner());
        default:
            return "";
    }
}

std::string usual_text(const json::value& value) {
    if (value.is_double()) return number_text(value.get_double());
    if (value.is_null()) return "";
    if (const auto* text = value.if_string()) return std::string(*text);
    if (const auto* list = value.if_array(); list && list->empty()) return "";
    if (const auto* table = value.if_object(); table && table->empty()) return "";
    return json::serialize(value);
}

// The structs that a shape holds, at any depth of lists and alternatives.
void records_in(const Shape& shape, std::vector<const Record*>& records) {
    const auto& inner = innermost(shape);
    if (inner.kind == Kind::record) records.push_back(inner.record());
    for (auto alternative : inner.alternatives) records_in(alternative(), records);
}

SettingInfo info_of(const Member& member, const void* usual, const std::string& above) {
    const auto& shape = member.shape();
    const auto& leaf = innermost(shape);
    SettingInfo info;
    info.path = above.empty() ? member.name : fmt::format("{}.{}", above, member.name);
    info.type = wanted(shape, member.options);
    info.plain = leaf.kind != Kind::record;
    if (info.plain) info.usual = usual_text(write(shape, usual));
    info.words = member.words;
    for (const auto& choice : member.options.choices) info.choices.emplace_back(choice, "");
    for (const auto& term : leaf.terms) info.choices.emplace_back(term.name, term.meaning);
    info.required = member.options.required;
    info.many = shape.kind == Kind::list || shape.kind == Kind::table;
    info.is_truth = leaf.kind == Kind::truth && !info.many;
    info.member = &member;
    return info;
}

class Lister {
public:
    explicit Lister(bool deep) : deep_(deep) {}

    void list(const Record& record, const void* usual, const std::string& above) {
        if (std::find(within_.begin(), within_.end(), &record) != within_.end()) return;
        within_.push_back(&record);
        each_member(record, usual, [&](const Member& member, const void* value) {
            infos_.push_back(info_of(member, value, above));
            if (!deep_) return;
            auto path = infos_.back().path + suffix_of(member.shape());
            std::vector<const Record*> records;
            records_in(member.shape(), records);
            for (const auto* inner : records) {
                bool own = member.shape().kind == Kind::record;
                list(*inner, own ? value : inner->defaults, path);
            }
        });
        within_.pop_back();
    }

    std::vector<SettingInfo> take() { return std::move(infos_); }

private:
    bool deep_;
    std::vector<SettingInfo> infos_;
    std::vector<const Record*> within_;
};

// A bar would end the cell of a table.
std::string cell(std::string text) {
    for (std::size_t at = 0; (at = text.find('|', at)) != text.npos; at += 2) text.insert(at, "\\");
    return text;
}

}  // namespace

std::vector<SettingInfo> list_settings(const Record& record, bool deep) {
    Lister lister(deep);
    lister.list(record, record.defaults, "");
    return lister.take();
}

std::string markdown_of(const Record& record) {
    std::string text = "| setting | value | default | what for |\n|---|---|---|---|\n";
    for (const auto& info : list_settings(record, true)) {
        auto words = info.words;
        for (const auto& [name, meaning] : info.choices)
            if (!meaning.empty()) words += fmt::format("<br>`{}`: {}", name, meaning);
        const auto& alias = info.member->options.alias;
        if (!alias.empty()) words += fmt::format("<br>also read as `{}`", alias);
        text += fmt::format(
            "| `{}` | {}{} | {} | {} |\n",
            info.path,
            cell(info.type),
            info.required ? ", required" : "",
            info.usual.empty() ? "" : "`" + cell(info.usual) + "`",
            cell(words)
        );
    }
    return text;
}

}  // namespace base
