// COCO's object of images, annotations and categories. Annotations are gathered by image first,
// since they may stand in any order; images without any are labeled with nothing, which is what a
// dataset of this form says of them. A mask of pixels is the outlines of its parts.
#include <map>
#include <unordered_map>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "labeling/export/imports/imports.hpp"
#include "labeling/export/imports/masks.hpp"
#include "labeling/export/pictures.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

namespace json = boost::json;

namespace {

class CocoReader {
public:
    CocoReader(const json::object& dataset, const std::string& place, const Question& question)
        : dataset_(dataset), place_(place), shape_(task_type(question.kind).shape()) {}

    void read(const TakeLabel& take) {
        for (const auto& category : list("categories"))
            names_[id_in(category, "id")] = text_in(category, "name");
        for (const auto& image : list("images")) marks_[id_in(image, "id")];
        for (const auto& annotation : list("annotations")) add(annotation);
        for (const auto& image : list("images")) {
            auto& found = marks_[id_in(image, "id")];
            auto file = text_in(image, "file_name");
            auto key = key_of(image.as_object(), "key");
            take(
                {.key = key.empty() ? file : key,
                 .answer = {json::serialize(found.marks)},
                 .width = found.width,
                 .height = found.height,
                 .also = {file},
                 .fault = found.fault}
            );
        }
    }

private:
    struct OfImage {
        json::array marks{};
        double width = 0, height = 0;  // of its masks
        std::string fault{};
    };

    [[noreturn]] void fail(const std::string& reason) const {
        throw base::Error(place_, reason, "see cocodataset.org, 'data format'");
    }
    const json::array& list(std::string_view name) const {
        const auto* found = dataset_.if_contains(name);
        if (!found || !found->is_array()) fail(fmt::format("has no list '{}'", name));
        return found->get_array();
    }
    const json::value& member(const json::value& of, std::string_view name) const {
        const auto* object = of.if_object();
        const auto* found = object ? object->if_contains(name) : nullptr;
        if (!found) fail(fmt::format("has an entry without '{}'", name));
        return *found;
    }
    std::int64_t id_in(const json::value& of, std::string_view name) const {
        boost::system::error_code none;
        auto id = member(of, name).to_number<std::int64_t>(none);
        if (none) fail(fmt::format("has an '{}' that is no number", name));
        return id;
    }
    std::string text_in(const json::value& of, std::string_view name) const {
        const auto& found = member(of, name);
        if (!found.is_string()) fail(fmt::format("has a '{}' that is no text", name));
        return std::string(found.get_string());
    }
    std::vector<double> numbers_in(const json::value& list) const {
        std::vector<double> numbers;
        if (!list.is_array()) fail("has numbers that are no list");
        for (const auto& one : list.get_array()) {
            if (!one.is_number()) fail("has a place that is no number");
            numbers.push_back(one.to_number<double>());
        }
        return numbers;
    }

    void add(const json::value& annotation) {
        auto image = marks_.find(id_in(annotation, "image_id"));
        auto category = names_.find(id_in(annotation, "category_id"));
        if (image == marks_.end())
            fail(fmt::format(
                "annotates image {}, which is none of its images", id_in(annotation, "image_id")
            ));
        if (category == names_.end())
            fail(fmt::format(
                "has category {}, which is none of its categories", id_in(annotation, "category_id")
            ));
        if (shape_ == LabelShape::boxes)
            return put(box_of(annotation), category->second, image->second);
        if (shape_ == LabelShape::keypoints)
            return put(points_of(annotation), category->second, image->second);
        if (shape_ != LabelShape::polygons)
            fail("marks pictures, which the project does not ask for");
        const auto& segments = member(annotation, "segmentation");
        if (segments.is_object())
            return put_mask(segments.get_object(), category->second, image->second);
        if (!segments.is_array()) fail("has a segmentation that is neither outlines nor a mask");
        for (const auto& segment : segments.get_array())
            put({{"points", pairs_of(numbers_in(segment), 2)}}, category->second, image->second);
    }

    static void put_mask(const json::object& packed, const std::string& label, OfImage& image) {
        std::string fault;
        auto mask = read_mask(packed, fault);
        auto outlines = mask ? outlines_of(*mask, fault) : std::nullopt;
        if (!outlines) {
            image.fault = fault;
            return;
        }
        image.width = mask->width;
        image.height = mask->height;
        for (const auto& outline : *outlines) {
            json::array points;
            for (const auto& [x, y] : outline) points.push_back(json::array{x, y});
            put({{"points", std::move(points)}}, label, image);
        }
    }

    static void put(json::object mark, const std::string& label, OfImage& image) {
        mark["label"] = label;
        image.marks.push_back(std::move(mark));
    }

    static json::array pairs_of(const std::vector<double>& numbers, std::size_t each) {
        json::array points;
        for (std::size_t i = 0; i + each <= numbers.size(); i += each)
            points.push_back(json::array(
                numbers.begin() + static_cast<std::ptrdiff_t>(i),
                numbers.begin() + static_cast<std::ptrdiff_t>(i + each)
            ));
        return points;
    }

    json::object points_of(const json::value& annotation) const {
        return {{"points", pairs_of(numbers_in(member(annotation, "keypoints")), 3)}};
    }

    json::object box_of(const json::value& annotation) const {
        auto numbers = numbers_in(member(annotation, "bbox"));
        if (numbers.size() != 4) fail("has a bbox that is not four numbers");
        PictureBox box{numbers[0], numbers[1], numbers[2], numbers[3], 0};
        const auto* segments = annotation.as_object().if_contains("segmentation");
        if (segments && segments->is_array() && segments->get_array().size() == 1) {
            auto outline = numbers_in(segments->get_array()[0]);
            std::vector<std::array<double, 2>> corners;
            for (std::size_t i = 0; i + 1 < outline.size(); i += 2)
                corners.push_back({outline[i], outline[i + 1]});
            PictureBox turned;
            if (box_of_corners(corners, turned) && turned.rotation != 0) box = turned;
        }
        json::object made{{"x", box.x}, {"y", box.y}, {"width", box.width}, {"height", box.height}};
        if (box.rotation != 0) made["rotation"] = box.rotation;
        return made;
    }

    const json::object& dataset_;
    const std::string& place_;
    LabelShape shape_;
    std::map<std::int64_t, std::string> names_;
    std::unordered_map<std::int64_t, OfImage> marks_;
};

}  // namespace

void read_coco(
    const json::object& dataset,
    const std::string& place,
    const Question& question,
    const TakeLabel& take
) {
    CocoReader(dataset, place, question).read(take);
}

}  // namespace labeling
