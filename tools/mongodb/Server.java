import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import de.bwaldvogel.mongo.wire.message.MongoQuery;
import io.netty.channel.Channel;
import java.util.List;
import java.util.function.Supplier;
import org.h2.mvstore.MVStore;

/**
 * A server that speaks MongoDB's wire protocol, for tests. Runs until it is killed. Arguments: the port; and, to keep its data over a
 * restart, a file. Without a file it keeps the data in memory.
 */
class Server {
    public static void main(String[] arguments) throws Exception {
        MongoBackend backend = arguments.length > 1 ? new OnDisk(arguments[1]) : new MemoryBackend();
        backend.version(new Mongo44());
        new MongoServer(backend).bind("127.0.0.1", Integer.parseInt(arguments[0]));
        Thread.currentThread().join();
    }

    /** Commits to its file before it answers, so that `kill -9` loses no write that was answered. */
    private static class OnDisk extends H2Backend {
        OnDisk(String file) {
            super(new MVStore.Builder().fileName(file).autoCommitDisabled().open());
            // Committed data survive `kill -9`, so the space of old versions can be used again at once.
            getMvStore().setRetentionTime(0);
        }

        @Override
        public Document handleMessage(MongoMessage message) {
            return committed(() -> super.handleMessage(message));
        }

        @Override
        public Document handleCommand(Channel channel, String database, String command, Document query) {
            return committed(() -> super.handleCommand(channel, database, command, query));
        }

        @Override
        public QueryResult handleQuery(MongoQuery query) {
            return committed(() -> super.handleQuery(query));
        }

        /** One call after another, so that no call commits half of another call's changes. */
        private synchronized <T> T committed(Supplier<T> handle) {
            try {
                return handle.get();
            } finally {
                commit();
            }
        }
    }

    /** The oldest version that today's drivers accept. They use no feature of it that this server lacks. */
    private static class Mongo44 implements MongoVersion {
        public List<Integer> getVersionArray() {
            return List.of(4, 4, 0);
        }

        public int getWireVersion() {
            return 9;
        }

        public String toVersionString() {
            return "4.4.0";
        }
    }
}
