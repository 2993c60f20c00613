#include <huizhen/base/check.h>

#include "connection_impl.h"

namespace huizhen::database {

Transaction::~Transaction() {
    // A rollback that fails leaves nothing behind either: the next opening finds no commit record.
    if (connection_ != nullptr) (void)connection_->roll_back();
}

Status Transaction::commit() {
    HZ_CHECK(connection_ != nullptr, "a transaction is committed once");
    Connection& connection = *connection_;
    Status committed = connection.run("COMMIT");
    connection_ = nullptr;
    if (!committed) {
        (void)connection.roll_back();
        return committed;
    }
    connection.impl_->in_transaction = false;
    return {};
}

Result<Transaction> Connection::begin() {
    HZ_CHECK(!impl_->in_transaction, "one transaction at a time");
    HZ_TRY(run("BEGIN IMMEDIATE"));
    impl_->in_transaction = true;
    return Transaction(*this);
}

Status Connection::roll_back() {
    impl_->in_transaction = false;
    if (sqlite3_get_autocommit(impl_->handle.get()) != 0) return {};  // SQLite did it itself
    return run("ROLLBACK");
}

bool Connection::in_transaction() const { return impl_->in_transaction; }

}  // namespace huizhen::database
