#pragma once

// The answer of a query, row by row. Lives no longer than its connection; the statement goes back to the
// connection's cache with it.

#include <memory>
#include <optional>
#include <string>

#include <huizhen/base/result.h>
#include <huizhen/database/value.h>

namespace huizhen::database {

class Rows {
  public:
    ~Rows();
    Rows(Rows&&) noexcept;
    Rows& operator=(Rows&&) noexcept;

    // False after the last row.
    Result<bool> next();

    // T: std::int64_t, double, std::string, Blob, or std::optional of one (empty where the column is NULL).
    // kIntegrity: the column holds another type; nothing is converted.
    template <typename T>
    Result<T> get(int column) const;

  private:
    friend class Connection;
    struct State;
    explicit Rows(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace huizhen::database
