// Labels of files as answers.
//
// Formats say where something is in their own ways: shares of a picture's sides, tokens of a text.
// The record knows the sides and the text. What comes out goes through the same door as an answer
// of people, so that nothing gets in by a file that could not be answered.
#include "labeling/export/given_answer.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "base/text/unicode.hpp"
#include "base/text/utf8.hpp"
#include "labeling/export/pictures.hpp"

namespace labeling {

namespace json = boost::json;

namespace {

using VisitName = std::function<void(const Question& question, json::string& name)>;

// Calls with each name of a class in a value that may be an answer.
void each_name(const Question& question, json::value& answer, const VisitName& visit) {
    auto name = [&](json::value& value) {
        if (value.is_string()) visit(question, value.get_string());
    };
    auto label = [&](json::value& mark) {
        if (auto* object = mark.if_object())
            if (auto* found = object->if_contains("label")) name(*found);
    };
    switch (task_type(question.kind).shape()) {
        case LabelShape::classes:
            return name(answer);
        case LabelShape::class_set:
        case LabelShape::rows:
            if (auto* list = answer.if_array())
                for (auto& item : *list) name(item);
            return;
        case LabelShape::spans:
        case LabelShape::boxes:
        case LabelShape::polygons:
        case LabelShape::keypoints:
        case LabelShape::segments:
            if (auto* list = answer.if_array())
                for (auto& item : *list) label(item);
            return;
        case LabelShape::relations:
            if (auto* object = answer.if_object())
                if (auto* spans = object->if_contains("spans"); spans && spans->is_array())
                    for (auto& item : spans->get_array()) label(item);
            return;
        case LabelShape::form:
            if (auto* object = answer.if_object())
                for (const auto& part : question.parts)
                    if (auto* said = object->if_contains(part.name))
                        each_name(part.question, *said, visit);
            return;
        default:
            return;
    }
}

const LabelClass* class_called(const Question& question, std::string_view name) {
    for (const auto& item : question.classes)
        if (item.name == name || (!item.value.empty() && item.value == name)) return &item;
    return nullptr;
}

// Puts names into the project's spelling; returns the first that is none.
std::string spell(const Question& question, json::value& answer) {
    std::string stranger;
    each_name(question, answer, [&](const Question& asked, json::string& name) {
        auto tidied = base::tidy_name(std::string_view(name));
        const auto* known = class_called(asked, tidied);
        if (known)
            name = known->name;
        else if (stranger.empty())
            stranger = tidied.empty() ? "''" : tidied;
    });
    return stranger;
}

[[noreturn]] void no_answer(const std::string& reason) {
    throw base::UsageError("the label", reason, "correct it");
}

// Calls with each list of marks of pictures in an answer.
void each_marks(
    const Question& question,
    json::value& answer,
    const std::function<void(json::array& marks)>& visit
) {
    if (is_of_pictures(task_type(question.kind).shape()) && answer.is_array())
        visit(answer.get_array());
    if (auto* object = answer.if_object())
        for (const auto& part : question.parts)
            if (auto* said = object->if_contains(part.name))
                each_marks(part.question, *said, visit);
}

void stretch(json::value& number, double by) {
    number = settled(number.to_number<double>() * by);
}

void stretch_points(json::array& points, double across, double down) {
    for (auto& point : points) {
        stretch(point.at(0), across);
        stretch(point.at(1), down);
    }
}

// A turned box keeps its turn about its left upper corner, as Label Studio shows it on a picture of
// other proportions.
void stretch_turned(json::object& mark, double across, double down) {
    auto number = [&](std::string_view name) { return mark.at(name).to_number<double>(); };
    PictureBox box{number("x"), number("y"), number("width"), number("height"), number("rotation")};
    auto corner = box.corners()[0];
    double angle = box.rotation * std::numbers::pi / 180;
    double width = box.width * across, height = box.height * down;
    double dx = width / 2, dy = height / 2;
    double x = corner[0] * across + dx * std::cos(angle) - dy * std::sin(angle) - dx;
    double y = corner[1] * down + dx * std::sin(angle) + dy * std::cos(angle) - dy;
    mark["x"] = settled(x);
    mark["y"] = settled(y);
    mark["width"] = settled(width);
    mark["height"] = settled(height);
}

void stretch_mark(json::object& mark, double across, double down) {
    const auto* turn = mark.if_contains("rotation");
    if (turn && turn->is_number() && turn->to_number<double>() != 0)
        return stretch_turned(mark, across, down);
    for (auto name : {"x", "width"})
        if (auto* number = mark.if_contains(name)) stretch(*number, across);
    for (auto name : {"y", "height"})
        if (auto* number = mark.if_contains(name)) stretch(*number, down);
    for (auto name : {"points", "corners"})
        if (auto* points = mark.if_contains(name)) stretch_points(points->as_array(), across, down);
}

// The box whose corners a mark has.
void box_corners(json::object& mark) {
    const auto* corners = mark.if_contains("corners");
    if (!corners) return;
    std::vector<std::array<double, 2>> outline;
    for (const auto& point : corners->as_array())
        outline.push_back({point.at(0).as_double(), point.at(1).as_double()});
    PictureBox box;
    if (!box_of_corners(outline, box)) no_answer("has corners that make no rectangle");
    mark.erase("corners");
    mark["x"] = box.x;
    mark["y"] = box.y;
    mark["width"] = box.width;
    mark["height"] = box.height;
    if (box.rotation != 0) mark["rotation"] = box.rotation;
}

// Shares of the picture's sides as pixels.
void scale(const Question& question, json::value& answer, const AskedRecord& record) {
    auto size = record.picture();
    if (!size) no_answer("marks a picture, and the record has none");
    each_marks(question, answer, [&](json::array& marks) {
        for (auto& item : marks) {
            stretch_mark(item.as_object(), size->width, size->height);
            box_corners(item.as_object());
        }
    });
}

// Places in a picture of another size as those in the record's. Whether they were.
bool fit_picture(
    const Question& question,
    json::value& answer,
    const GivenLabel& given,
    const AskedRecord& record
) {
    if (given.places != GivenLabel::Places::exact || given.width <= 0 || given.height <= 0)
        return false;
    auto size = record.picture();
    if (!size || (size->width == given.width && size->height == given.height)) return false;
    bool any = false;
    each_marks(question, answer, [&](json::array& marks) {
        for (auto& item : marks)
            stretch_mark(item.as_object(), size->width / given.width, size->height / given.height);
        any = any || !marks.empty();
    });
    return any;
}

// The class of a tag and how it begins: "B-person", "I-person", "O"; also of IOBES and BILOU.
struct Tag {
    char begins = 'O';
    std::string label;
};
Tag read_tag(std::string_view text) {
    if (text == "O" || text == "_") return {};
    if (text.size() > 2 && text[1] == '-') return {text[0], std::string(text.substr(2))};
    return {'I', std::string(text)};
}

// Whether a tag goes on with the span before it, as in conlleval: so do I and E behind the same
// class, whether a B came first (IOB2) or not (IOB1).
bool goes_on(const Tag& before, const Tag& tag) {
    bool inside = tag.begins == 'I' || tag.begins == 'E' || tag.begins == 'L';
    bool open = before.begins != 'O' && before.begins != 'E' && before.begins != 'L' &&
                before.begins != 'S' && before.begins != 'U';
    return inside && open && before.label == tag.label;
}

// Tags of tokens as spans of the text in which they stand, in this order.
json::value located(const json::value& answer, const std::string& text) {
    const auto& tokens = answer.at("tokens").as_array();
    const auto& tags = answer.at("tags").as_array();
    json::array spans;
    Tag before;
    std::size_t at = 0, place = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        std::string_view token(tokens[i].as_string());
        auto found = text.find(token, at);
        if (found == std::string::npos)
            no_answer("has a token '" + std::string(token) + "' that its text has not");
        auto start = place + base::count_code_points(std::string_view(text).substr(at, found - at));
        place = start + base::count_code_points(token);
        at = found + token.size();
        auto tag = read_tag(std::string_view(tags[i].as_string()));
        if (tag.begins != 'O') {
            if (goes_on(before, tag))
                spans.back().as_object()["end"] = place;
            else
                spans.push_back({{"start", start}, {"end", place}, {"label", tag.label}});
        }
        before = std::move(tag);
    }
    return spans;
}

// Nothing for a number, where people write so.
bool says_nothing(const Question& question, const std::string& label) {
    if (label.empty()) return true;
    if (task_type(question.kind).shape() != LabelShape::number) return false;
    auto word = base::to_lower(label);
    return word == "na" || word == "n/a" || word == "nan" || word == "null" || word == "none";
}

GivenAnswerRead
read_json(const Question& question, const GivenLabel& given, const AskedRecord& record) {
    auto answer = json::parse(given.answer.text);
    if (given.places == GivenLabel::Places::tokens) answer = located(answer, record.text());
    if (auto stranger = spell(question, answer); !stranger.empty()) return {.stranger = stranger};
    if (given.places == GivenLabel::Places::shares) scale(question, answer, record);
    bool scaled = fit_picture(question, answer, given, record);
    return {
        .answer = task_type(question.kind).read(question, json::serialize(answer), record),
        .scaled = scaled};
}

GivenAnswerRead
read_text_label(const Question& question, const std::string& label, const AskedRecord& record) {
    const auto& type = task_type(question.kind);
    auto answer = type.answer_of_value(question, label);
    if (answer) return {.answer = type.read(question, *answer, record)};
    auto shape = type.shape();
    if (shape == LabelShape::classes || shape == LabelShape::class_set) return {.stranger = label};
    // A text of JSON is read again, for the reason.
    boost::system::error_code none;
    auto value = json::parse(label, none);
    if (!none && value.is_structured()) {
        if (auto stranger = spell(question, value); !stranger.empty())
            return {.stranger = stranger};
        return {.answer = type.read(question, json::serialize(value), record)};
    }
    return {.fault = "'" + label + "' is no answer to a " + question.kind + " question"};
}

}  // namespace

GivenAnswerRead
read_given(const Question& question, const GivenLabel& given, const AskedRecord& record) {
    if (!given.fault.empty()) return {.fault = given.fault};
    try {
        if (!given.answer.text.empty() && given.answer.text != "null")
            return read_json(question, given, record);
        if (says_nothing(question, given.label)) return {.missing = true};
        return read_text_label(question, given.label, record);
    } catch (const base::UsageError& error) {
        return {.fault = error.what()};
    } catch (const boost::system::system_error&) {
        return {.fault = "its answer has another form than the question's"};
    }
}

bool needs_record(const Question& question, const GivenLabel& given) {
    if (given.places != GivenLabel::Places::exact) return true;
    switch (task_type(question.kind).shape()) {
        case LabelShape::classes:
        case LabelShape::class_set:
        case LabelShape::text:
        case LabelShape::number:
            return false;
        default:
            return true;
    }
}

void each_stranger(
    const Question& question,
    const GivenLabel& given,
    const std::function<void(const std::string& name)>& visit
) {
    const auto& text = given.answer.text;
    if (text.empty() || text == "null") {
        if (task_type(question.kind).shape() == LabelShape::classes && !given.label.empty() &&
            !class_called(question, given.label))
            visit(given.label);
        return;
    }
    boost::system::error_code none;
    auto answer = json::parse(text, none);
    if (none) return;
    if (given.places == GivenLabel::Places::tokens) {
        for (const auto& tag : answer.at("tags").as_array())
            if (auto read = read_tag(std::string_view(tag.as_string()));
                read.begins == 'B' && !class_called(question, read.label))
                visit(read.label);
        return;
    }
    if (!question.parts.empty()) return;  // classes of a form stand in its questions
    each_name(question, answer, [&](const Question& asked, json::string& name) {
        auto tidied = base::tidy_name(std::string_view(name));
        if (!tidied.empty() && !class_called(asked, tidied)) visit(tidied);
    });
}

}  // namespace labeling
