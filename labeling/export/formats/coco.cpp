// One JSON object of COCO's data format: "images", "annotations" and "categories". Boxes are
// "bbox", with the corners of a turned one as "segmentation"; outlines are "segmentation" with the
// box around them; keypoints are "keypoints" and "num_keypoints", their names stand in the
// category. A category has the number of its class plus one, an image its number in the file.
//
// Annotations come after all images, and each row has both: what is written later waits in
// temporary files, so that memory stays flat.
#include <cstdio>
#include <memory>
#include <ostream>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "labeling/export/export_formats.hpp"
#include "labeling/export/pictures.hpp"

namespace labeling {

namespace {

namespace json = boost::json;

// Elements of an array that is written in the end.
class WaitingElements {
public:
    WaitingElements() : file_(std::tmpfile(), &std::fclose) {
        if (!file_) throw base::Error("a temporary file", "can not be made", "free disk space");
    }
    void add(const json::value& element) {
        auto text = (elements_++ > 0 ? ",\n" : "\n") + json::serialize(element);
        if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size())
            throw base::Error("a temporary file", "can not be written", "free disk space");
    }
    void write(std::ostream& out) {
        std::rewind(file_.get());
        char block[65536];
        while (auto n = std::fread(block, 1, sizeof block, file_.get()))
            out.write(block, static_cast<std::streamsize>(n));
        if (std::ferror(file_.get()) != 0)
            throw base::Error("a temporary file", "can not be read", "try again");
    }

private:
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
    std::size_t elements_ = 0;
};

json::array flat(const std::vector<std::array<double, 2>>& points) {
    json::array numbers;
    for (const auto& [x, y] : points) {
        numbers.emplace_back(x);
        numbers.emplace_back(y);
    }
    return numbers;
}

class Coco : public Exporter {
public:
    Coco(const ExportContent& content, ExportFiles& files)
        : content_(content), project_(*content.project), files_(files) {
        content_.project = &project_;
    }

    void write(const ExportRow& row) override {
        require_picture(row);
        ++image_;
        auto path = picture_path(row.key);
        if (content_.picture) {
            files_.open("images/" + path) << content_.picture(row);
            path = files_.name().substr(7);
        }
        json::object image{
            {"id", image_}, {"file_name", path}, {"width", row.width}, {"height", row.height}};
        if (path != row.key) image["key"] = row.key;
        if (!row.url.empty()) image["coco_url"] = row.url;
        images_.add(image);
        for (const auto& mark : picture_marks(content_.shape, row.value))
            annotations_.add(annotation_of(mark));
    }

    void finish() override {
        auto& out = files_.open(std::string(coco_format().file_name()));
        out << "{\"info\":{\"description\":" << quoted(project_.name)
            << "},\"licenses\":[],\"categories\":" << json::serialize(categories())
            << ",\"images\":[";
        images_.write(out);
        out << "],\"annotations\":[";
        annotations_.write(out);
        out << "]}\n";
        out.flush();
    }

private:
    json::array categories() const {
        json::array all;
        for (const auto& item : project_.question.classes) {
            json::object category{
                {"id", item.id + 1}, {"name", item.name}, {"supercategory", item.parent}};
            if (content_.shape == LabelShape::keypoints) {
                category["keypoints"] = json::array(item.keypoints.begin(), item.keypoints.end());
                category["skeleton"] = json::array();
            }
            all.push_back(std::move(category));
        }
        return all;
    }

    json::object annotation_of(const PictureMark& mark) {
        std::int32_t category = 0;
        for (const auto& item : project_.question.classes)
            if (item.name == mark.label) category = item.id + 1;
        json::object made{
            {"id", ++annotation_}, {"image_id", image_}, {"category_id", category}, {"iscrowd", 0}};
        auto box = mark.box;
        double area = box.width * box.height;
        json::array segments;
        if (content_.shape == LabelShape::polygons) {
            segments.push_back(flat(mark.outline));
            area = area_of(mark.outline);
        } else if (box.rotation != 0) {
            auto corners = box.corners();
            std::vector<std::array<double, 2>> outline(corners.begin(), corners.end());
            segments.push_back(flat(outline));
            box = box_around(outline);
        }
        made["segmentation"] = std::move(segments);
        made["bbox"] = {box.x, box.y, box.width, box.height};
        made["area"] = area;
        if (content_.shape == LabelShape::keypoints) {
            json::array points;
            int there = 0;
            for (const auto& [x, y, visible] : mark.points) {
                points.emplace_back(x);
                points.emplace_back(y);
                points.emplace_back(static_cast<int>(visible));
                there += visible > 0 ? 1 : 0;
            }
            made["keypoints"] = std::move(points);
            made["num_keypoints"] = there;
        }
        return made;
    }

    ExportContent content_;
    Project project_;
    ExportFiles& files_;
    WaitingElements images_, annotations_;
    std::int64_t image_ = 0, annotation_ = 0;
};

class CocoFormat : public ExportFormat {
public:
    std::string_view name() const override { return "coco"; }
    std::string_view meaning() const override {
        return "boxes, outlines and keypoints of pictures in one JSON object";
    }
    std::string_view file_name() const override { return "annotations.coco.json"; }
    std::string_view media_type() const override { return "application/json"; }
    bool refers_to_pictures() const override { return true; }
    std::set<std::string> folder_names(const ExportContent& content) const override {
        if (!content.picture) return {};
        return {std::string(file_name())};
    }

    std::optional<std::string> refuses(const ExportContent& content) const override {
        if (is_of_pictures(content.shape)) return std::nullopt;
        return holds_only(name(), "marks of pictures", *content.project);
    }
    std::unique_ptr<Exporter> exporter(const ExportContent& content, ExportFiles& files)
        const override {
        return std::make_unique<Coco>(content, files);
    }
};

}  // namespace

const ExportFormat& coco_format() {
    static const CocoFormat format;
    return format;
}

}  // namespace labeling
