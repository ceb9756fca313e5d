// MLCommons Croissant 1.0 (docs.mlcommons.org/croissant/docs/croissant-spec.html): the rows are a
// CSV, and each column a field of the record set "records" that is taken out of it. Splits are an
// enumeration of their own, as the specification's section on them has it. A picture, sound,
// film or document is a file; its cell is the file's name, which refers to the record set of its
// kind, as "images".
#include <array>
#include <utility>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/file_hash.hpp"
#include "base/bytes/percent.hpp"
#include "base/error.hpp"
#include "base/json/plain.hpp"
#include "formats/dataset/folder_writers.hpp"

namespace formats {

namespace json = boost::json;

namespace {

constexpr auto data_file = "data.csv";

// The files of one kind: their folder, which is also the name of their record set.
struct FileKind {
    CellType type;
    const char* folder;
    const char* set;  // of the files
    const char* words;
    const char* object;
    const char* encoding;
};
constexpr std::array file_kinds{
    FileKind{
        CellType::picture,
        "images",
        "image-files",
        "The pictures of the records.",
        "sc:ImageObject",
        "image/*"},
    FileKind{
        CellType::sound,
        "sounds",
        "sound-files",
        "The sounds of the records.",
        "sc:AudioObject",
        "audio/*"},
    FileKind{
        CellType::film,
        "films",
        "film-files",
        "The films of the records.",
        "sc:VideoObject",
        "video/*"},
    FileKind{
        CellType::document,
        "documents",
        "document-files",
        "The documents of the records.",
        "sc:MediaObject",
        "application/pdf"},
};

std::size_t kind_of(CellType type) {
    for (std::size_t i = 0; i < file_kinds.size(); ++i)
        if (file_kinds[i].type == type) return i;
    return 0;
}

json::object id(std::string_view name) {
    return {{"@id", name}};
}

json::value context() {
    return json::parse(R"({"@language":"en","@vocab":"https://schema.org/",
        "citeAs":"cr:citeAs","column":"cr:column","conformsTo":"dct:conformsTo",
        "cr":"http://mlcommons.org/croissant/","rai":"http://mlcommons.org/croissant/RAI/",
        "data":{"@id":"cr:data","@type":"@json"},
        "dataType":{"@id":"cr:dataType","@type":"@vocab"},"dct":"http://purl.org/dc/terms/",
        "examples":{"@id":"cr:examples","@type":"@json"},"extract":"cr:extract",
        "field":"cr:field","fileProperty":"cr:fileProperty","fileObject":"cr:fileObject",
        "fileSet":"cr:fileSet","format":"cr:format","includes":"cr:includes",
        "isLiveDataset":"cr:isLiveDataset","jsonPath":"cr:jsonPath","key":"cr:key",
        "md5":"cr:md5","parentField":"cr:parentField","path":"cr:path",
        "recordSet":"cr:recordSet","references":"cr:references","regex":"cr:regex",
        "repeated":"cr:repeated","replace":"cr:replace","sc":"https://schema.org/",
        "separator":"cr:separator","source":"cr:source","subField":"cr:subField",
        "transform":"cr:transform"})");
}

const char* data_type_of(CellType type) {
    switch (type) {
        case CellType::integer:
            return "sc:Integer";
        case CellType::number:
            return "sc:Float";
        case CellType::flag:
            return "sc:Boolean";
        case CellType::time:
            return "sc:DateTime";
        default:
            return "sc:Text";
    }
}

json::object field(std::string_view set, std::string_view name, json::value type) {
    return {
        {"@type", "cr:Field"},
        {"@id", fmt::format("{}/{}", set, base::percent_encoded(name))},  // an IRI
        {"name", fmt::format("{}/{}", set, name)},
        {"dataType", std::move(type)}};
}

json::object record_set(std::string_view name, json::array fields) {
    return {{"@type", "cr:RecordSet"}, {"@id", name}, {"name", name}, {"field", std::move(fields)}};
}

// SPDX names are addresses there.
json::value licence_of(const std::vector<std::string>& licences) {
    json::array all;
    for (const auto& one : licences) {
        if (one.empty()) continue;
        const bool address = one.find("://") != one.npos;
        all.emplace_back(address ? one : fmt::format("https://spdx.org/licenses/{}.html", one));
    }
    if (all.empty()) return "NOASSERTION";  // SPDX's word for "nobody has said"
    return all.size() == 1 ? all[0] : json::value(std::move(all));
}

class Croissant : public DatasetWriter {
public:
    Croissant(
        const std::filesystem::path& folder,
        DatasetAbout about,
        std::vector<DataColumn> columns,
        const RowOptions& options
    )
        : below_(folder), about_(std::move(about)), columns_(std::move(columns)) {
        root_ = below_ / about_.name;
        std::filesystem::create_directories(root_);
        rows_ = write_rows(RowFormat::csv, root_ / data_file, columns_, options);
    }

    void write(std::size_t, std::span<const DataCell> row) override {
        cells_.assign(row.begin(), row.end());
        for (std::size_t i = 0; i < cells_.size(); ++i)
            if (const auto* file = std::get_if<FileCell>(&cells_[i]))
                cells_[i] = keep(*file, kind_of(columns_[i].type));
        rows_->write(cells_);
    }

    std::vector<std::filesystem::path> finish() override {
        rows_->finish();
        const std::filesystem::path name(about_.name);
        write_text(root_ / "croissant.json", base::plain_json(metadata()) + "\n");
        write_text(root_ / "README.md", card_with_columns(about_, columns_));
        return {name / "croissant.json", name / data_file, name / "README.md"};
    }

private:
    std::string keep(const FileCell& file, std::size_t kind) {
        const auto folder = root_ / file_kinds[kind].folder;
        if (files_[kind] == 0) std::filesystem::create_directories(folder);
        auto name = fmt::format("{:09}.{}", files_[kind]++, ending_of(file.media_type));
        write_text(folder / name, file.bytes);
        return name;
    }

    json::object metadata() const {
        json::object all{
            {"@context", context()},
            {"@type", "sc:Dataset"},
            {"name", about_.name},
            {"description", about_.description},
            {"conformsTo", "http://mlcommons.org/croissant/1.0"},
            {"license", licence_of(about_.licences)},
            {"url", "urn:sha256:" + about_.hash},
            {"version", "1.0.0"},
            {"datePublished", about_.created_at},
            {"creator", json::object{{"@type", "sc:Organization"}, {"name", "tilth"}}},
            {"distribution", distribution()},
        };
        json::array sets{records()};
        if (has_splits()) sets.push_back(splits());
        for (std::size_t i = 0; i < file_kinds.size(); ++i)
            if (files_[i] > 0) sets.push_back(files_of(file_kinds[i]));
        all["recordSet"] = std::move(sets);
        return all;
    }

    bool has_splits() const {
        for (const auto& column : columns_)
            if (column.name == "split") return true;
        return false;
    }

    json::array distribution() const {
        json::array all{json::object{
            {"@type", "cr:FileObject"},
            {"@id", data_file},
            {"name", data_file},
            {"contentUrl", data_file},
            {"encodingFormat", "text/csv"},
            {"sha256", base::sha256_of_file(root_ / data_file)}}};
        for (std::size_t i = 0; i < file_kinds.size(); ++i) {
            const auto& kind = file_kinds[i];
            if (files_[i] == 0) continue;
            all.push_back(json::object{
                {"@type", "cr:FileSet"},
                {"@id", kind.set},
                {"name", kind.set},
                {"description", kind.words},
                {"encodingFormat", kind.encoding},
                {"includes", fmt::format("{}/*", kind.folder)}});
        }
        return all;
    }

    json::object records() const {
        json::array fields;
        for (const auto& column : columns_) {
            json::value type = data_type_of(column.type);
            if (column.name == "split") type = json::array{"sc:Text", "cr:Split"};
            auto one = field("records", column.name, std::move(type));
            one["description"] = column.words.empty() ? "A field of the record." : column.words;
            one["source"] = json::object{
                {"fileObject", id(data_file)}, {"extract", json::object{{"column", column.name}}}};
            if (column.name == "split")
                one["references"] = json::object{{"field", id("splits/name")}};
            if (const auto kind = kind_of(column.type); is_file(column.type) && files_[kind] > 0)
                one["references"] = json::object{
                    {"field", id(fmt::format("{}/filename", file_kinds[kind].folder))}};
            fields.push_back(std::move(one));
        }
        auto set = record_set("records", std::move(fields));
        set["description"] = about_.description;
        set["key"] = id("records/key");
        return set;
    }

    static json::object splits() {
        json::array data;
        for (const auto& [name, split] :
             {std::pair("training", "cr:TrainingSplit"),
              std::pair("validation", "cr:ValidationSplit"),
              std::pair("test", "cr:TestSplit")})
            data.push_back(json::object{{"splits/name", name}, {"splits/url", split}});
        auto set = record_set(
            "splits",
            json::array{field("splits", "name", "sc:Text"), field("splits", "url", "sc:URL")}
        );
        set["dataType"] = "cr:Split";
        set["key"] = id("splits/name");
        set["data"] = std::move(data);
        return set;
    }

    static json::object files_of(const FileKind& kind) {
        auto of_file = [&](const char* name, const char* type, const char* property) {
            auto one = field(kind.folder, name, type);
            one["source"] = json::object{
                {"fileSet", id(kind.set)}, {"extract", json::object{{"fileProperty", property}}}};
            return one;
        };
        auto set = record_set(
            kind.folder,
            json::array{
                of_file("filename", "sc:Text", "filename"),
                of_file("content", kind.object, "content")}
        );
        set["key"] = id(fmt::format("{}/filename", kind.folder));
        return set;
    }

    std::filesystem::path below_, root_;
    DatasetAbout about_;
    std::vector<DataColumn> columns_;
    std::unique_ptr<RowWriter> rows_;
    std::vector<DataCell> cells_;
    std::array<std::uint64_t, file_kinds.size()> files_{};
};

}  // namespace

std::unique_ptr<DatasetWriter> write_croissant(
    const std::filesystem::path& folder,
    DatasetAbout about,
    std::vector<DataColumn> columns,
    const RowOptions& options
) {
    return std::make_unique<Croissant>(folder, std::move(about), std::move(columns), options);
}

}  // namespace formats
