#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "labeling/truth/truth.hpp"

namespace labeling {

// One of the answers of a classification project.
struct LabelClass {
    std::int32_t id = 0;        // within the project, from 0 in the order of the file; never reused
    std::string name{};         // what is stored and exported
    std::string description{};  // for people
    std::string hotkey{};       // one character, or empty
    std::string colour{};       // "#rrggbb", or empty
    std::string value{};        // how the source's data spell this class, if not by its name
};

// What a labeling project asks, of whom, and how answers become truth.
struct Project {
    enum class Show { text, image, fields };

    std::string name;
    std::string kind = "classification";
    std::string source;        // name of the source whose records are labeled
    std::string instructions;  // Markdown, for the people who label
    std::vector<LabelClass> classes;
    std::vector<Show> show;           // in this order; empty: whatever the record has
    std::vector<std::string> fields;  // of the payload, for Show::fields; empty: all
    int overlap = 1;                  // answers wanted from different people
    Method truth_method = Method::automatic;
    double truth_target =
        0.95;                // a record whose likeliest class is less probable wants another answer
    double hidden_gold = 0;  // share of tasks whose truth is known, mixed in unseen
};

// Reads a project from TOML:
//
//     name = "topics"
//     kind = "classification"
//     source = "pages"
//     instructions = "What is the page about?"
//     show = ["text"]                # text, image, fields
//     fields = ["title"]
//     overlap = 3
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
// `file` is what errors call the text. Wrong syntax, an unknown key, a value of another type or out
// of range, two classes of one name or value, and two classes that share a hotkey (upper and lower
// case are the same key) throw base::Error with the line.
Project read_project(const std::string& file, std::string_view toml);

// A project without its classes as a JSON object, and back; what the store keeps.
std::string to_json(const Project& project);
Project project_from_json(std::string_view json);

}  // namespace labeling
