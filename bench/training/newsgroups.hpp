#pragma once

#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "training/snapshots/examples.hpp"

namespace bench {

// One of the files of texts that sets.py writes; classes are numbered as they come.
inline training::Examples read_texts(const std::string& path, std::map<std::string, int>& codes) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error(path + ": cannot be read; sets.py writes it");
    training::Examples out;
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        const auto tab = line.find('\t');
        out.classes.push_back(
            codes.emplace(line.substr(0, tab), static_cast<int>(codes.size())).first->second
        );
        training::TextItem item;
        item.body = line.substr(tab + 1);
        out.text.push_back(std::move(item));
        ++out.rows;
    }
    return out;
}

// Training and test rows of 20 Newsgroups, with the names of the classes.
inline std::pair<training::Examples, training::Examples> newsgroups(const std::string& folder) {
    std::map<std::string, int> codes;
    auto train = read_texts(folder + "/20news.train", codes);
    auto test = read_texts(folder + "/20news.test", codes);
    train.class_names.resize(codes.size());
    for (const auto& [name, code] : codes) train.class_names[static_cast<std::size_t>(code)] = name;
    test.class_names = train.class_names;
    return {std::move(train), std::move(test)};
}

}  // namespace bench
