#pragma once

// All of it or nothing: what was run on the connection since begin() is undone unless commit() succeeded.
// Destroy it before its connection.

#include <huizhen/base/result.h>

namespace huizhen::database {

class Connection;

class Transaction {
  public:
    ~Transaction();  // rolls back what was not committed
    Transaction(Transaction&& other) noexcept : connection_(other.connection_) {
        other.connection_ = nullptr;
    }
    Transaction& operator=(Transaction&&) = delete;

    // Returns when the disk has it. On failure everything was rolled back. Once.
    Status commit();

    Connection& connection() const { return *connection_; }

  private:
    friend class Connection;
    explicit Transaction(Connection& connection) : connection_(&connection) {}
    Connection* connection_;
};

}  // namespace huizhen::database
