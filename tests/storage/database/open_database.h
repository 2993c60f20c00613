#pragma once

#include <huizhen/database/connection.h>

namespace huizhen::database {

inline std::unique_ptr<Connection> open_database(const std::filesystem::path& path,
                                                 Access access = Access::kWrite,
                                                 const Options& options = {}) {
    auto opened = Connection::open(path, access, options);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().to_string());
    return std::move(opened).value();
}

inline std::int64_t count(Connection& connection, std::string_view table = "t") {
    return connection.value<std::int64_t>("SELECT count(*) FROM " + std::string(table)).value().value();
}

}  // namespace huizhen::database
