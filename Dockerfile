FROM python:3.11-slim
WORKDIR /program
COPY . .
RUN pip install --no-cache-dir -c constraints.txt ".[postgresql]" && useradd --create-home clinic
USER clinic
WORKDIR /home/clinic
# Made here, so that volumes mounted on them belong to this user.
RUN mkdir return-to-run-mappings reports
ENTRYPOINT ["return-to-run"]
CMD ["--help"]
