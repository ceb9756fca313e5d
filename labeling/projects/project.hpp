#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json/shape.hpp"
#include "base/settings/fwd.hpp"
#include "base/words.hpp"
#include "labeling/machine/machine_settings.hpp"
#include "labeling/projects/question.hpp"
#include "labeling/truth/truth.hpp"

namespace labeling {

enum class ProjectState { active, paused, closed };

constexpr auto words_of(ProjectState) {
    return std::to_array<base::Word<ProjectState>>({
        {ProjectState::active, "active", "its tasks are given out"},
        {ProjectState::paused, "paused", "no task is given out for now"},
        {ProjectState::closed, "closed", "no task is given out any more"},
    });
}

// How answers become truth.
struct TruthSettings {
    Method method = Method::automatic;  // one for classes
    double target = 0.95;  // a record whose likeliest class is less probable wants another answer

    static const base::Settings<TruthSettings> settings;
};

// How much one person may do; 0: as much as they like.
struct WorkLimits {
    int in_hand = 0;  // tasks at once
    int in_all = 0;   // answers in the project
    int per_day = 0;  // answers in the project, by the day of UTC

    static const base::Settings<WorkLimits> settings;
};

// Who may work in a project that has members: see labeling/projects/member_store.hpp.
struct MemberRules {
    std::vector<std::string> required;  // skills or languages, all of which a labeler must have

    static const base::Settings<MemberRules> settings;
};

// What a labeling project asks, of whom, and how answers become truth. As a file:
//
//     name = "topics"
//     kind = "classification"        # see labeling/tasks for the others
//     source = "pages"
//     instructions = "What is the page about?"
//     show = ["text"]                # text, image, fields
//     fields = ["title"]
//     overlap = 2
//     max_overlap = 5                # one more at a time, until the truth is as sure as the target
//     hidden_gold = 0.05
//
//     [truth]
//     method = "auto"
//     target = 0.95
//
//     [[class]]
//     name = "container"
//     hotkey = "c"
//     colour = "#4477aa"
//     description = "Vector, map and their kin"
//     value = "cont"                 # as the source's data spell it
//
// Two classes of one name or value, and two that share a hotkey (upper and lower case are the same
// key) are faults. Several questions are a form:
//
//     kind = "form"
//
//     [[question]]
//     name = "spam"
//     [[question.class]]
//     name = "yes"
//     [[question.class]]
//     name = "no"
//
//     [[question]]
//     name = "why"
//     kind = "text"
//     when = { question = "spam", is = "yes" }
struct Project {
    enum class Show { text, image, media, fields, link };

    std::string name;
    std::string title;         // on the page; empty: the name
    std::string source;        // name of the source whose records are labeled
    std::string instructions;  // Markdown, for the people who label
    Question question;
    std::vector<Show> show;           // in this order; empty: whatever the record has
    std::vector<std::string> fields;  // of the payload, for Show::fields; empty: all
    int overlap = 1;                  // answers wanted from different people
    int max_overlap = 0;              // and so many of records less probable than truth.target
    double hidden_gold = 0;           // share of tasks whose truth is known, mixed in unseen
    bool gold_feedback = false;       // who answered one of these is told the truth at once
    TruthSettings truth;
    WorkLimits limits;
    MachineHelp machine;
    MemberRules members;

    static const base::Settings<Project> settings;
};

constexpr auto words_of(Project::Show) {
    return std::to_array<base::Word<Project::Show>>({
        {Project::Show::text, "text", "title and text"},
        {Project::Show::image, "image", "the picture"},
        {Project::Show::media, "media", "the sound, film, document or page as it is"},
        {Project::Show::fields, "fields", "fields of the payload"},
        {Project::Show::link, "link", "the address that it came from"},
    });
}

// Checks a project as its file is checked; its classes keep their numbers. Throws base::UsageError.
void check_edited(Project& project);

// All lists and pages of projects carry these, so they have bounds: 300 bytes and 200,000.
std::optional<base::Fault> check_title(const std::string& title);
std::optional<base::Fault> check_instructions(const std::string& instructions);
// One word: "medicine", "de", "pt-BR".
std::optional<base::Fault> check_skill(const std::string& name);

}  // namespace labeling
