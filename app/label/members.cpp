#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "service/labels/members.hpp"

namespace app {

namespace {

std::string joined(const std::vector<std::string>& words) {
    return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace

void add_label_members(CLI::App& label, service::Context& context) {
    const FlagOptions by_name{.positionals = {{"project", "NAME"}, {"user", "USER"}}};
    auto* members = label.add_subcommand("members", "Who works in a project, and what they know");
    members->require_subcommand(1);
    add_verb<service::add_member>(
        *members,
        context,
        "label members add",
        by_name,
        [](const service::MemberAdded& done) {
            print_line(fmt::format(
                "user '{}' is a member, as {}; labelers who are none of the {} do not see the "
                "project",
                done.member.user,
                base::name_of(done.member.role),
                done.members
            ));
        }
    );
    add_verb<service::remove_member>(
        *members,
        context,
        "label members remove",
        by_name,
        [](const service::MemberRemoved& done) {
            print_line(
                done.members == 0 ? "nobody is a member any more: the project is every labeler's"
                                  : fmt::format("{} members are left", done.members)
            );
        }
    );
    add_list<service::list_members>(
        *members,
        context,
        "label members list",
        {.positionals = {{"project", "NAME"}}},
        [](const std::vector<labeling::MemberLine>& lines) {
            Table table({"user", "role", "skills", "languages", "since"});
            for (const auto& one : lines)
                table.add(
                    {one.user,
                     std::string(base::name_of(one.role)),
                     joined(one.skills),
                     joined(one.languages),
                     base::rfc3339(one.added_at)}
                );
            if (table.empty()) return print_line("no members: the project is every labeler's");
            table.print();
        }
    );
}

}  // namespace app
