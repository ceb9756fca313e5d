#include "tests/support/media_files.hpp"

#include <bit>

#include <fmt/format.h>

namespace test {

std::string little_bytes(std::uint64_t number, int size) {
    std::string bytes;
    for (int i = 0; i < size; ++i, number >>= 8U) bytes.push_back(static_cast<char>(number & 255U));
    return bytes;
}

std::string big_bytes(std::uint64_t number, int size) {
    auto bytes = little_bytes(number, size);
    return {bytes.rbegin(), bytes.rend()};
}

std::string wav(double seconds, int rate, int channels) {
    const auto frames = static_cast<std::size_t>(seconds * rate);
    std::string data(frames * static_cast<std::size_t>(channels), '\x80');
    const auto a_second = static_cast<std::uint64_t>(rate) * static_cast<std::uint64_t>(channels);
    auto format = little_bytes(1, 2) + little_bytes(static_cast<std::uint64_t>(channels), 2) +
                  little_bytes(static_cast<std::uint64_t>(rate), 4) + little_bytes(a_second, 4) +
                  little_bytes(static_cast<std::uint64_t>(channels), 2) + little_bytes(8, 2);
    auto body = "WAVEfmt " + little_bytes(format.size(), 4) + format + "data" +
                little_bytes(data.size(), 4) + data;
    return "RIFF" + little_bytes(body.size(), 4) + body;
}

std::string mp3(int frames) {
    std::string all;
    for (int i = 0; i < frames; ++i)
        all += std::string("\xff\xfb\x90\x00", 4) + std::string(413, '\0');
    return all;
}

std::string flac(std::uint64_t samples, int rate, int channels) {
    const auto packed = static_cast<std::uint64_t>(rate) << 44U |
                        static_cast<std::uint64_t>(channels - 1) << 41U | std::uint64_t{15} << 36U |
                        samples;
    return "fLaC" + big_bytes(0x80, 1) + big_bytes(34, 3) + std::string(10, '\0') +
           big_bytes(packed, 8) + std::string(16, '\0');
}

namespace {

std::string ogg_page(unsigned kind, std::uint64_t samples, std::string_view packet) {
    return std::string("OggS", 4) + std::string(1, '\0') + static_cast<char>(kind) +
           little_bytes(samples, 8) + little_bytes(77, 4) + std::string(8, '\0') +
           std::string(1, '\1') + static_cast<char>(packet.size()) + std::string(packet);
}

}  // namespace

std::string ogg(std::uint64_t samples, int rate, int channels) {
    auto head = std::string("\x01vorbis", 7) + std::string(4, '\0') + static_cast<char>(channels) +
                little_bytes(static_cast<std::uint64_t>(rate), 4) + std::string(14, '\0');
    return ogg_page(2, 0, head) + ogg_page(4, samples, "sound");
}

std::string box(std::string_view name, std::string_view body) {
    return big_bytes(body.size() + 8, 4) + std::string(name) + std::string(body);
}

std::string element(std::uint64_t name, std::string_view body) {
    int size = 1;
    while (name >> static_cast<unsigned>(8 * size) != 0) ++size;
    return big_bytes(name, size) + big_bytes(std::uint64_t{1} << 56U | body.size(), 8) +
           std::string(body);
}

namespace {

std::string track(std::string_view kind, int width, int height, std::string_view samples) {
    auto head = std::string(76, '\0') + big_bytes(static_cast<std::uint64_t>(width) << 16U, 4) +
                big_bytes(static_cast<std::uint64_t>(height) << 16U, 4);
    auto handler = std::string(8, '\0') + std::string(kind) + std::string(13, '\0');
    return box(
        "trak",
        box("tkhd", head) +
            box("mdia",
                box("hdlr", handler) +
                    box("minf",
                        box("stbl",
                            box("stsd",
                                std::string(4, '\0') + big_bytes(1, 4) + std::string(samples)))))
    );
}

}  // namespace

std::string mp4(double seconds, int width, int height) {
    auto head = std::string(12, '\0') + big_bytes(1000, 4) +
                big_bytes(static_cast<std::uint64_t>(seconds * 1000), 4) + std::string(80, '\0');
    auto sound =
        box("mp4a",
            std::string(16, '\0') + big_bytes(2, 2) + std::string(6, '\0') +
                big_bytes(48'000U << 16U, 4));
    auto movie = box("mvhd", head) + track("soun", 0, 0, sound);
    if (width > 0) movie += track("vide", width, height, box("avc1", std::string(78, '\0')));
    return box("ftyp", width > 0 ? "isom" : "M4A ") + box("mdat", std::string(64, '\7')) +
           box("moov", movie);
}

std::string webm(double seconds, int width, int height) {
    auto number = [](std::uint64_t value) { return big_bytes(value, 4); };
    auto info = element(0x2AD7B1, number(1'000'000));
    if (seconds >= 0)
        info += element(0x4489, big_bytes(std::bit_cast<std::uint64_t>(seconds * 1000), 8));
    auto film =
        element(0x83, number(1)) + element(
                                       0xE0,
                                       element(0xB0, number(static_cast<std::uint64_t>(width))) +
                                           element(0xBA, number(static_cast<std::uint64_t>(height)))
                                   );
    auto sound = element(0x83, number(2)) +
                 element(
                     0xE1,
                     element(0x9F, number(2)) +
                         element(0xB5, big_bytes(std::bit_cast<std::uint64_t>(48'000.0), 8))
                 );
    auto whole = element(0x1549A966, info) +
                 element(0x1654AE6B, element(0xAE, film) + element(0xAE, sound)) +
                 element(0x1F43B675, std::string(32, '\5'));
    return element(0x1A45DFA3, element(0x4282, "webm")) + element(0x18538067, whole);
}

std::string pdf(const std::vector<std::string>& pages, bool locked) {
    std::vector<std::string> objects{"<< /Type /Catalog /Pages 2 0 R >>"};
    std::string kids;
    for (std::size_t i = 0; i < pages.size(); ++i) kids += fmt::format("{} 0 R ", 4 + 2 * i);
    objects.push_back(fmt::format("<< /Type /Pages /Kids [{}] /Count {} >>", kids, pages.size()));
    objects.emplace_back("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
    for (std::size_t i = 0; i < pages.size(); ++i) {
        objects.push_back(fmt::format(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R "
            "/Resources << /Font << /F 3 0 R >> >> >>",
            5 + 2 * i
        ));
        auto drawn = fmt::format("BT /F 12 Tf 72 700 Td ({}) Tj ET", pages[i]);
        objects.push_back(
            fmt::format("<< /Length {} >>\nstream\n{}\nendstream", drawn.size(), drawn)
        );
    }
    std::string file = "%PDF-1.4\n", table;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        table += fmt::format("{:010} 00000 n \n", file.size());
        file += fmt::format("{} 0 obj\n{}\nendobj\n", i + 1, objects[i]);
    }
    const std::string mark(64, 'a');  // that no password makes
    auto lock = locked ? fmt::format(
                             "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{0}> /U <{0}> >> "
                             "/ID [<{0}> <{0}>] ",
                             mark
                         )
                       : std::string();
    const auto at = file.size();
    return file + fmt::format(
                      "xref\n0 {}\n0000000000 65535 f \n{}trailer << /Size {} /Root 1 0 R {}"
                      "/Info << /Title (A title) >> >>\nstartxref\n{}\n%%EOF\n",
                      objects.size() + 1,
                      table,
                      objects.size() + 1,
                      lock,
                      at
                  );
}

}  // namespace test
