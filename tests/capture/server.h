/* A server of a test: started with a pipe to its standard input, so that it ends with the test, however that ends. */
#ifndef GARNER_TEST_SERVER_H
#define GARNER_TEST_SERVER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct server {
	pid_t pid;
	int input;
	int port;
};

static inline int server_start(struct server *server, char *const argv[])
{
	int in[2], out[2];
	char line[64] = "";
	if (pipe2(in, 0) || pipe2(out, 0))
		return -1;
	server->pid = fork();
	if (server->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[0]), close(in[1]), close(out[0]), close(out[1]);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(in[0]), close(out[1]);
	server->input = in[1];
	FILE *answer = fdopen(out[0], "r");
	if (!answer || !fgets(line, sizeof(line), answer))
		line[0] = 0;
	if (answer)
		fclose(answer);
	server->port = atoi(line);
	return server->port > 0 ? 0 : -1;
}

static inline void server_stop(struct server *server)
{
	close(server->input);
	waitpid(server->pid, NULL, 0);
}

#endif
