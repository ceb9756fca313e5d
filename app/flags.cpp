// Flags out of declared settings.
//
// The command line library only splits the words: what a value means, and whether it is one, is
// asked of the declaration, so that a flag, a variable and a line of a file are told off in the
// same words. Whatever was given is kept as text until the layers below it (defaults, file) are
// there.
#include "app/flags.hpp"

#include <algorithm>
#include <deque>
#include <stdexcept>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace app {

namespace {

using base::SettingInfo;
using Kind = base::Shape::Kind;

// What a flag of a setting takes: nothing, or something in place of true.
bool is_flag(const SettingInfo& info) {
    const auto* shape = &info.member->shape();
    while (shape->kind == Kind::optional) shape = &shape->inner();
    if (shape->kind == Kind::either) shape = &shape->alternatives.front()();
    return shape->kind == Kind::truth;
}

std::string flag_name(const SettingInfo& info) {
    auto name = info.member->options.flag;
    if (name.starts_with('!')) name.clear();
    if (name.empty()) name = info.member->name;
    std::replace(name.begin(), name.end(), '_', '-');
    return "--" + name;
}

// Choices as completion and help show them; else a word for what is wanted.
std::string type_name(const SettingInfo& info) {
    if (!info.choices.empty()) {
        std::string names;
        for (const auto& [name, meaning] : info.choices) names += (names.empty() ? "" : "|") + name;
        return names;
    }
    const auto* shape = &info.member->shape();
    while (shape->kind == Kind::optional || shape->kind == Kind::list) shape = &shape->inner();
    switch (shape->kind) {
        case Kind::whole:
        case Kind::number:
            return "N";
        case Kind::span:
        case Kind::time:
            return "TIME";
        case Kind::table:
            return "NAME=VALUE";
        default:
            return info.member->options.secret ? "SECRET" : "TEXT";
    }
}

std::string help_of(const SettingInfo& info) {
    auto text = info.words;
    if (!text.empty())
        text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
    if (!info.usual.empty() && !is_flag(info)) text += fmt::format(" ({})", info.usual);
    return text;
}

// Whether a setting gets a flag: those at the top that a text can say, and those in structs that
// were given a flag's name.
bool has_flag(const SettingInfo& info) {
    if (info.path.find('[') != info.path.npos || info.path.find(".NAME") != info.path.npos)
        return false;
    bool deep = info.path.find('.') != info.path.npos;
    return deep ? !info.member->options.flag.empty() : info.plain;
}

}  // namespace

struct FlagSet::State {
    struct Flag {
        std::string path;
        std::string shown;  // "--depth", "URL"
        std::vector<std::string> texts;
    };
    const base::Record* record = nullptr;
    std::deque<Flag> flags;  // whose places the command line library holds on to
};

namespace {

// "--feeds,!--no-feeds"
std::string truth_names(const SettingInfo& info) {
    auto name = flag_name(info);
    const auto& other = info.member->options.flag;
    auto names = fmt::format("{},!--no-{}", name, name.substr(2));
    return other.starts_with('!') ? fmt::format("{},!--{}", names, other.substr(1)) : names;
}

}  // namespace

FlagSet::FlagSet(CLI::App& command, const base::Record& record, const FlagOptions& options) {
    auto state = std::make_shared<State>();
    state->record = &record;
    auto infos = base::list_settings(record, true);
    auto find = [&](const std::string& path) -> const SettingInfo& {
        for (const auto& info : infos)
            if (info.path == path) return info;
        throw std::logic_error("there is no setting " + path);
    };
    auto without = options.without;
    for (const auto& path : without) find(path);
    for (const auto& [path, shown] : options.positionals) {
        const auto& info = find(path);
        auto& flag = state->flags.emplace_back(State::Flag{path, shown, {}});
        auto* option = command.add_option(shown, flag.texts, help_of(info));
        if (!info.many) option->expected(1)->allow_extra_args(false);
        if (info.required) option->required();
        without.push_back(path);
    }
    for (const auto& info : infos) {
        bool left_out = std::find(without.begin(), without.end(), info.path) != without.end();
        if (left_out || !has_flag(info)) continue;
        auto& flag = state->flags.emplace_back(State::Flag{info.path, flag_name(info), {}});
        if (is_flag(info)) {
            command.add_flag(truth_names(info), flag.texts, help_of(info));
            continue;
        }
        auto* option = command.add_option(flag.shown, flag.texts, help_of(info));
        option->type_name(type_name(info));
        if (!info.many) option->expected(1)->allow_extra_args(false);
    }
    state_ = std::move(state);
}

bool FlagSet::given(std::string_view path) const {
    return std::any_of(state_->flags.begin(), state_->flags.end(), [&](const auto& flag) {
        return flag.path == path && !flag.texts.empty();
    });
}

void FlagSet::set_into(void* record) const {
    for (const auto& flag : state_->flags)
        if (!flag.texts.empty())
            base::set_by_text(*state_->record, record, flag.path, flag.texts, flag.shown);
}

}  // namespace app
