// Annotations/<path of the picture>.xml for each picture, as Pascal VOC has it: its file name and
// size, and an object with a name and a bndbox a box. Edges are pixels from 0, as most programs of
// today write them, with their fractions. Pictures belong to JPEGImages/<its path>.
#include <ostream>

#include <fmt/format.h>

#include "labeling/export/export_formats.hpp"
#include "labeling/export/pictures.hpp"

namespace labeling {

namespace {

std::string xml_text(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else
            out += c;
    }
    return out;
}

class Voc : public Exporter {
public:
    Voc(const ExportContent& content, ExportFiles& files) : content_(content), files_(files) {}

    void write(const ExportRow& row) override {
        require_picture(row);
        auto path = picture_path(row.key);
        auto stem = picture_stem(path);
        if (content_.picture) {
            files_.open("JPEGImages/" + path) << content_.picture(row);
            path = files_.name().substr(11);
            stem = picture_stem(path);
        }
        auto& out = files_.open("Annotations/" + stem + ".xml");
        out << "<annotation>\n  <folder>JPEGImages</folder>\n  <filename>" << xml_text(path)
            << "</filename>\n";
        if (path != row.key) out << "  <path>" << xml_text(row.key) << "</path>\n";
        out << fmt::format(
            "  <size>\n    <width>{}</width>\n    <height>{}</height>\n    <depth>3</depth>\n"
            "  </size>\n  <segmented>0</segmented>\n",
            row.width,
            row.height
        );
        for (const auto& mark : picture_marks(content_.shape, row.value)) write_object(mark, out);
        out << "</annotation>\n";
        out.flush();
    }
    void finish() override {}

private:
    static void write_object(const PictureMark& mark, std::ostream& out) {
        const auto& box = mark.box;
        out << fmt::format(
            "  <object>\n    <name>{}</name>\n    <pose>Unspecified</pose>\n"
            "    <truncated>0</truncated>\n    <difficult>0</difficult>\n    <bndbox>\n"
            "      <xmin>{}</xmin>\n      <ymin>{}</ymin>\n      <xmax>{}</xmax>\n"
            "      <ymax>{}</ymax>\n    </bndbox>\n  </object>\n",
            xml_text(mark.label),
            box.x,
            box.y,
            box.x + box.width,
            box.y + box.height
        );
    }

    ExportContent content_;
    ExportFiles& files_;
};

class VocFormat : public ExportFormat {
public:
    std::string_view name() const override { return "voc"; }
    std::string_view meaning() const override {
        return "boxes of pictures, in a folder of an XML file a picture (Pascal VOC)";
    }
    std::string_view file_name() const override { return "voc"; }
    std::string_view media_type() const override { return "application/zip"; }
    std::set<std::string> folder_names(const ExportContent&) const override {
        return {"Annotations"};
    }
    bool refers_to_pictures() const override { return true; }

    std::optional<std::string> refuses(const ExportContent& content) const override {
        if (content.shape != LabelShape::boxes)
            return holds_only(name(), "boxes of pictures", *content.project);
        if (content.turned) return "some of its boxes are turned, which voc can not tell";
        return std::nullopt;
    }
    std::unique_ptr<Exporter> exporter(const ExportContent& content, ExportFiles& files)
        const override {
        return std::make_unique<Voc>(content, files);
    }
};

}  // namespace

const ExportFormat& voc_format() {
    static const VocFormat format;
    return format;
}

}  // namespace labeling
