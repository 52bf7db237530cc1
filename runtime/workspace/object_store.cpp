#include "runtime/workspace/object_store.hpp"
