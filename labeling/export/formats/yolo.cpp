// data.yaml, and for each picture labels/<its path>.txt with a line a mark, in shares of the
// picture's sides, as Ultralytics reads it: "class x y width height" of boxes (x, y: the centre),
// "class x1 y1 .. x4 y4" of turned ones (OBB), "class x1 y1 x2 y2 .." of outlines (segmentation),
// "class x y width height px py visible .." of keypoints (pose). A class is its place in the
// project. Pictures belong to images/<its path>, where they stand if they are wanted.
//
// Shares are clipped to 0..1, for readers refuse a picture whose boxes leave it by a rounding.
#include <algorithm>
#include <iterator>
#include <ostream>

#include <fmt/format.h>

#include "labeling/export/export_formats.hpp"
#include "labeling/export/pictures.hpp"

namespace labeling {

namespace {

class Yolo : public Exporter {
public:
    Yolo(const ExportContent& content, ExportFiles& files, bool turned)
        : content_(content), project_(*content.project), files_(files), turned_(turned) {
        auto& out = files_.open("data.yaml");
        out << "# " << task() << " of '" << project_.name
            << "'; the picture of labels/NAME.txt belongs to images/NAME.*\n"
            << "path: .\ntrain: images\nval: images\n";
        const auto& classes = project_.question.classes;
        if (content.shape == LabelShape::keypoints && !classes.empty())
            out << "kpt_shape: [" << classes.front().keypoints.size() << ", 3]\n";
        out << "names:\n";
        for (std::size_t i = 0; i < classes.size(); ++i)
            out << "  " << i << ": " << quoted(classes[i].name) << '\n';
        out.flush();
    }

    void write(const ExportRow& row) override {
        require_picture(row);
        auto path = picture_path(row.key);
        auto stem = picture_stem(path);
        auto& out = files_.open("labels/" + stem + ".txt");
        for (const auto& mark : picture_marks(content_.shape, row.value)) {
            line_ = fmt::format("{}", place_of(mark.label));
            write_mark(mark, row);
            out << line_ << '\n';
        }
        out.flush();
        if (!content_.picture) return;
        auto named = files_.name();  // labels/STEM.txt
        named = named.substr(7, named.size() - 11);
        files_.open("images/" + named + path.substr(stem.size())) << content_.picture(row);
    }
    void finish() override {}

private:
    std::string_view task() const {
        if (content_.shape == LabelShape::polygons) return "segmentation";
        if (content_.shape == LabelShape::keypoints) return "poses";
        return turned_ ? "turned boxes" : "boxes";
    }

    std::size_t place_of(const std::string& label) const {
        const auto& classes = project_.question.classes;
        auto found = std::find_if(classes.begin(), classes.end(), [&](const LabelClass& item) {
            return item.name == label;
        });
        return static_cast<std::size_t>(found - classes.begin());
    }

    void put(double x, double y, const ExportRow& row) {
        fmt::format_to(
            std::back_inserter(line_),
            " {:.9g} {:.9g}",
            std::clamp(x / row.width, 0.0, 1.0),
            std::clamp(y / row.height, 0.0, 1.0)
        );
    }

    void put_box(const PictureBox& box, const ExportRow& row) {
        double left = std::max(box.x, 0.0), top = std::max(box.y, 0.0);
        double right = std::min<double>(box.x + box.width, row.width);
        double bottom = std::min<double>(box.y + box.height, row.height);
        put((left + right) / 2, (top + bottom) / 2, row);
        put(right - left, bottom - top, row);
    }

    void write_mark(const PictureMark& mark, const ExportRow& row) {
        if (content_.shape == LabelShape::polygons) {
            for (const auto& [x, y] : mark.outline) put(x, y, row);
        } else if (turned_) {
            for (const auto& [x, y] : mark.box.corners()) put(x, y, row);
        } else {
            put_box(mark.box, row);
        }
        for (const auto& [x, y, visible] : mark.points) {
            put(x, y, row);
            line_ += fmt::format(" {}", static_cast<int>(visible));
        }
    }

    ExportContent content_;
    Project project_;
    ExportFiles& files_;
    bool turned_;
    std::string line_;
};

class YoloFormat : public ExportFormat {
public:
    explicit YoloFormat(bool turned) : turned_(turned) {}

    std::string_view name() const override { return turned_ ? "yolo-obb" : "yolo"; }
    std::string_view meaning() const override {
        return turned_ ? "boxes of pictures by their corners, in a folder of a file a picture"
                       : "marks of pictures, in a folder of a file a picture: detection, "
                         "segmentation or pose";
    }
    std::string_view file_name() const override { return name(); }
    std::string_view media_type() const override { return "application/zip"; }
    std::set<std::string> folder_names(const ExportContent&) const override {
        return {"data.yaml", "labels"};
    }
    bool refers_to_pictures() const override { return true; }

    std::optional<std::string> refuses(const ExportContent& content) const override {
        if (turned_ && content.shape != LabelShape::boxes)
            return holds_only(name(), "boxes of pictures", *content.project);
        if (!is_of_pictures(content.shape))
            return holds_only(name(), "marks of pictures", *content.project);
        if (!turned_ && content.turned)
            return "some of its boxes are turned, which yolo can not tell";
        if (content.shape == LabelShape::keypoints)
            for (const auto& item : content.project->question.classes)
                if (item.keypoints.size() !=
                    content.project->question.classes.front().keypoints.size())
                    return "its classes have different numbers of keypoints, and yolo has one for "
                           "all";
        return std::nullopt;
    }
    std::unique_ptr<Exporter> exporter(const ExportContent& content, ExportFiles& files)
        const override {
        return std::make_unique<Yolo>(content, files, turned_);
    }

private:
    bool turned_;
};

}  // namespace

const ExportFormat& yolo_format() {
    static const YoloFormat format(false);
    return format;
}

const ExportFormat& yolo_obb_format() {
    static const YoloFormat format(true);
    return format;
}

}  // namespace labeling
